"""Paths by their templates."""

from __future__ import annotations

import pytest

from simtwin.core.paths import LONGEST_ARGUMENT, Paths

PATHS = Paths(
    {
        "/v1/files": {"GET": "list", "POST": "upload"},
        "/v1/files/{file_id}": {"GET": "one"},
        "/v1/files/{file_id}/content": {"GET": "content"},
        "/v1/files/newest": {"GET": "newest"},
        "/v1/skills/{skill_id}/versions/{version}": {"GET": "version"},
    }
)


@pytest.mark.parametrize(
    ("path", "behind", "arguments"),
    [
        ("/v1/files", {"GET": "list", "POST": "upload"}, {}),
        ("/v1/files/file_1", {"GET": "one"}, {"file_id": "file_1"}),
        ("/v1/files/file_1/content", {"GET": "content"}, {"file_id": "file_1"}),
        ("/v1/skills/a/versions/b", {"GET": "version"}, {"skill_id": "a", "version": "b"}),
    ],
)
def test_a_path_leads_to_its_methods_and_brings_its_arguments(
    path: str, behind: dict[str, str], arguments: dict[str, str]
) -> None:
    place = PATHS.find(path)

    assert place is not None
    assert (dict(place.methods), dict(place.arguments)) == (behind, arguments)


@pytest.mark.parametrize(
    "path",
    ["", "/", "/v1", "/v1/files/", "/v1/files//content", "/v1/skills/a/versions", "v1/files"],
)
def test_what_no_template_has_leads_nowhere(path: str) -> None:
    assert PATHS.find(path) is None


def test_a_word_goes_before_an_argument_and_gives_way_where_it_leads_nowhere() -> None:
    word, argument = PATHS.find("/v1/files/newest"), PATHS.find("/v1/files/newest/content")

    assert word is not None
    assert dict(word.methods) == {"GET": "newest"}
    assert argument is not None
    assert dict(argument.arguments) == {"file_id": "newest"}


def test_an_argument_has_a_length_that_it_may_have() -> None:
    assert PATHS.find("/v1/files/" + "a" * LONGEST_ARGUMENT) is not None
    assert PATHS.find("/v1/files/" + "a" * (LONGEST_ARGUMENT + 1)) is None


def test_templates_that_differ_in_their_names_alone_are_one_path() -> None:
    paths = Paths({"/{a}": {"GET": 1}, "/{b}": {"POST": 2}})
    place = paths.find("/x")

    assert place is not None
    assert (dict(place.methods), dict(place.arguments)) == ({"GET": 1, "POST": 2}, {"a": "x"})


def test_one_method_of_one_path_is_there_once() -> None:
    with pytest.raises(ValueError, match="is there twice"):
        Paths({"/{a}": {"GET": 1}, "/{b}": {"GET": 2}})
