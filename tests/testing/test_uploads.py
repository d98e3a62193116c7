"""Files and skills by the real SDK, in virtual time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic, APIStatusError, BadRequestError, NotFoundError

from simtwin.testing import VirtualTwin

ABOUT = b"---\nname: adds-up\ndescription: Adds up numbers.\n---\nAdd them.\n"


@pytest.fixture
def twin() -> Iterator[VirtualTwin]:
    with VirtualTwin(seed=3) as twin:
        yield twin


@pytest.fixture
def client(twin: VirtualTwin) -> Anthropic:
    return twin.blocking_anthropic(max_retries=0, _strict_response_validation=True)


def asking(source: dict[str, Any]) -> dict[str, Any]:
    document = {"type": "document", "source": source}
    turn = {"role": "user", "content": [document, {"type": "text", "text": "What is it?"}]}
    return {"model": "claude-opus-4-8", "messages": [turn]}


def test_a_file_lives_from_its_upload_to_its_deletion(client: Anthropic) -> None:
    made = [client.files.upload(file=(f"{n}.txt", b"x" * n, "text/plain")) for n in range(5)]

    assert [each.id for each in client.files.list(limit=2)] == [each.id for each in made[::-1]]
    assert [each.id for each in client.files.list(ids=[made[1].id, "file_x"])] == [made[1].id]
    assert client.files.retrieve_metadata(made[3].id).size_bytes == 3
    assert client.files.delete(made[3].id).type == "file_deleted"
    with pytest.raises(NotFoundError):
        client.files.retrieve_metadata(made[3].id)


def test_a_file_expires_when_it_was_told_to(twin: VirtualTwin, client: Anthropic) -> None:
    made = client.files.upload(file=("a.txt", b"x", "text/plain"), expires_in_seconds=3_600)
    twin.sleep(3_599)
    assert client.files.retrieve_metadata(made.id).id == made.id
    twin.sleep(2)

    with pytest.raises(NotFoundError) as caught:
        client.files.retrieve_metadata(made.id)
    assert "file_expired" in str(caught.value)
    assert client.files.list().data == []


def test_what_was_uploaded_cannot_be_downloaded(client: Anthropic) -> None:
    made = client.files.upload(file=("a.txt", b"x", "text/plain"))

    with pytest.raises(BadRequestError, match="not downloadable"):
        client.files.download(made.id)


@pytest.mark.parametrize(
    ("filename", "fields", "message"),
    [
        ("a/b.txt", {}, "Invalid filename"),
        ("a.txt", {"expires_in_seconds": 60}, "greater than or equal to 3600"),
        ("a.txt", {"expires_in_seconds": 10**9}, "less than or equal to 7776000"),
    ],
)
def test_an_upload_that_will_not_do_is_a_400_and_keeps_nothing(
    client: Anthropic, filename: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadRequestError, match=message):
        client.files.upload(file=(filename, b"x", "text/plain"), **fields)

    assert client.files.list().data == []


def test_a_file_in_a_message_counts_as_what_is_in_it(client: Anthropic) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 50
    made = client.files.upload(file=("a.txt", text.encode(), "text/plain"))
    of_file = asking({"type": "file", "file_id": made.id})
    of_text = asking({"type": "text", "media_type": "text/plain", "data": text})

    counted = [client.messages.count_tokens(**each).input_tokens for each in (of_file, of_text)]
    assert counted[0] == counted[1] > 400
    assert client.messages.create(**of_file, max_tokens=64).usage.input_tokens == counted[0]


def test_once_there_are_files_others_are_not_found(client: Anthropic) -> None:
    made = client.files.upload(file=("a.txt", b"x", "text/plain"))
    client.files.delete(made.id)

    with pytest.raises(NotFoundError, match=made.id):
        client.messages.create(**asking({"type": "file", "file_id": made.id}), max_tokens=64)


def test_a_fault_in_the_place_of_an_upload_keeps_nothing(
    twin: VirtualTwin, client: Anthropic
) -> None:
    twin.rules({"match": {"endpoint": "files_upload"}, "refuse": {"status": 529}})
    with pytest.raises(APIStatusError):
        client.files.upload(file=("a.txt", b"x", "text/plain"))

    assert client.files.list().data == []


def test_a_skill_lives_with_its_versions(client: Anthropic) -> None:
    skill = client.skills.create(display_name="Adds up", files=files())
    first = skill.latest_version_id
    second = client.skills.versions.create(skill.id, files=files())

    assert client.skills.retrieve(skill.id).latest_version_id == second.id
    assert [each.id for each in client.skills.versions.list(skill.id)] == [second.id, first]
    assert client.skills.versions.retrieve(first, skill_id=skill.id).name == "adds-up"
    with pytest.raises(BadRequestError, match="existing versions"):
        client.skills.delete(skill.id)
    for version in (first, second.id):
        client.skills.versions.delete(version, skill_id=skill.id)
    assert client.skills.delete(skill.id).type == "skill_deleted"
    with pytest.raises(NotFoundError):
        client.skills.retrieve(skill.id)


def test_skills_of_everybody_are_listed_last_and_stay(client: Anthropic) -> None:
    made = client.skills.create(files=files())

    assert [each.id for each in client.skills.list(limit=2)][:2] == [made.id, "pptx"]
    assert [each.id for each in client.skills.list(source="anthropic")] == [
        "pptx",
        "xlsx",
        "docx",
        "pdf",
    ]
    with pytest.raises(BadRequestError):
        client.skills.delete("pptx")


def test_the_files_of_a_version_come_back_in_an_archive(client: Anthropic) -> None:
    skill = client.skills.create(files=files())
    answer = client.beta.skills.versions.download(skill.latest_version_id, skill_id=skill.id)

    with zipfile.ZipFile(io.BytesIO(answer.read())) as archive:
        assert archive.read("adds-up/SKILL.md") == ABOUT
        assert archive.namelist() == ["adds-up/SKILL.md", "adds-up/lib/add.py"]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([("a/add.py", b"x")], "SKILL.md must be in the top-level directory"),
        ([("a/SKILL.md", ABOUT), ("b/add.py", b"x")], "the same top-level directory"),
        ([("SKILL.md", ABOUT)], "one top-level directory"),
        ([("a/SKILL.md", ABOUT), ("a/../../etc/x", b"")], "one top-level directory"),
        ([("a/SKILL.md", b"no")], "must start with YAML frontmatter"),
        ([("a/SKILL.md", b"---\nname: [\n---\n")], "no valid YAML"),
        ([("a/SKILL.md", b"---\nname: A B\ndescription: x\n---\n")], "lower-case letters"),
        ([("a/SKILL.md", b"---\nname: ab\n---\n")], "description must have"),
    ],
)
def test_files_that_are_no_skill_are_a_400_that_says_why(
    client: Anthropic, sent: list[tuple[str, bytes]], message: str
) -> None:
    with pytest.raises(BadRequestError, match=message):
        client.skills.create(files=[(name, content, "text/plain") for name, content in sent])

    assert client.skills.list(source="custom").data == []


def test_betas_have_the_shapes_that_they_had(twin: VirtualTwin, client: Anthropic) -> None:
    client.files.upload(file=("a.txt", b"x", "text/plain"))
    skill = client.skills.create(display_name="Adds up", files=files())
    raw = httpx2.Client(transport=twin.blocking_transport(), base_url=twin.base_url)
    headers = {"x-api-key": twin.api_key, "anthropic-version": "2023-06-01"}
    beta = {**headers, "anthropic-beta": "files-api-2025-04-14,skills-2025-10-02"}

    page = raw.get("/v1/files", headers=beta).json()
    assert set(page) == {"data", "has_more", "first_id", "last_id"}
    assert "expires_at" not in page["data"][0]
    old = raw.get(f"/v1/skills/{skill.id}", headers=beta).json()
    assert (old["display_title"], old["source"]) == ("Adds up", "custom")
    version = raw.get(
        f"/v1/skills/{skill.id}/versions/{old['latest_version']}", headers=beta
    ).json()
    assert (version["version"], version["directory"]) == (old["latest_version"], "adds-up")


def files() -> list[tuple[str, bytes, str]]:
    return [
        ("adds-up/SKILL.md", ABOUT, "text/markdown"),
        ("adds-up/lib/add.py", b"sum", "text/plain"),
    ]
