"""What holds of resources whatever is asked, in whatever order: held against a dictionary."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from shelved import Desk

from simtwin.api.errors import ApiError

NAMES = st.sampled_from(["a", "b", "ü", ""])
METADATA = st.dictionaries(st.sampled_from("xyz"), st.none() | st.text(max_size=3), max_size=3)
#: Vaults are made, and credentials below them; the number says which one of those there are, or were.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["create", "create", "create", "update", "archive", "delete", "retrieve", "list"]
        ),
        st.booleans(),
        st.integers(0, 5),
        NAMES,
        METADATA,
        st.integers(1, 3),
    ),
    max_size=25,
)


class Both:
    """The engine, and what there should be: by path, oldest first.

    What was there once keeps its place in `known`.
    """

    def __init__(self) -> None:
        self.desk = Desk()
        self.there: dict[str, dict[str, Any]] = {}
        self.known: list[str] = []

    def do(self, step: tuple[str, bool, int, str, dict[str, Any], int]) -> None:
        """One step of both; none where there never was anything to take it with."""
        verb, inner, number, name, metadata, limit = step
        vault, path = self.path(number, inner=False), self.path(number, inner=inner)
        above = "vaults" if not inner else vault and f"{vault}/credentials"
        if verb == "create" and above is not None:
            self.create(above, {"display_name": name, "metadata": metadata})
        elif verb == "list" and above is not None:
            self.list(above, limit)
        elif verb == "update" and path is not None:
            self.update(path, {"display_name": name, "metadata": metadata})
        elif verb == "archive" and path is not None:
            assert self.done("POST", f"{path}/archive", path)
            self.there.get(path, {})["archived"] = True
        elif verb == "delete" and path is not None:
            assert self.done("DELETE", path, path)
            for each in [each for each in self.there if f"{each}/".startswith(f"{path}/")]:
                del self.there[each]

    def path(self, number: int, *, inner: bool) -> str | None:
        """One of the vaults, or of the credentials, that there are or were."""
        found = [path for path in self.known if ("credentials" in path) is inner]
        return found[number % len(found)] if found else None

    def done(self, method: str, asked: str, path: str) -> bool:
        """Whether a request was answered as what it is about is there, or is not."""
        answer = self.desk.ask(method, asked)
        return isinstance(answer, ApiError) is (path not in self.there)

    def create(self, above: str, body: dict[str, Any]) -> None:
        body["metadata"] = {k: v for k, v in body["metadata"].items() if v is not None}
        vault = above.removesuffix("/credentials")
        made = self.desk.ask("POST", above, body if vault == "vaults" else {**body, "auth": {}})
        if vault != "vaults" and self.there.get(vault, {}).get("archived", True):
            assert isinstance(made, ApiError)
            return
        path = f"{above}/{made['id']}"
        assert path not in self.known
        assert {field: made[field] for field in body} == body
        self.known.append(path)
        self.there[path] = {"archived": False, **body}

    def update(self, path: str, body: dict[str, Any]) -> None:
        changed = self.desk.ask("POST", path, body)
        there = self.there.get(path)
        if there is None or there["archived"]:
            assert isinstance(changed, ApiError)
            return
        merged = {**there["metadata"], **body["metadata"]}
        there["display_name"] = body["display_name"]
        there["metadata"] = {k: v for k, v in merged.items() if v is not None}

    def list(self, above: str, limit: int) -> None:
        found: list[str] = []
        query = f"limit={limit}"
        while query:
            page = self.desk.ask("GET", f"{above}?{query}")
            if above != "vaults" and above.removesuffix("/credentials") not in self.there:
                assert isinstance(page, ApiError)
                return
            assert len(page["data"]) <= limit
            found += [f"{above}/{each['id']}" for each in page["data"]]
            query = f"limit={limit}&page={page['next_page']}" if page["next_page"] else ""
        whole = [each for each in self.there if each.rpartition("/")[0] == above]
        assert found == [each for each in whole if not self.there[each]["archived"]][::-1]

    def compare(self) -> None:
        for path in self.known:
            shown = self.desk.ask("GET", path)
            if path not in self.there:
                assert isinstance(shown, ApiError)
                assert shown.status == 404
                continue
            expected = dict(self.there[path])
            assert (shown["archived_at"] is not None) is expected.pop("archived")
            assert {field: shown[field] for field in expected} == expected
        shelves = self.desk.shelves
        things = [thing for _, thing in shelves.things()]
        assert shelves.count == len(things) == len(self.there)
        assert shelves.size == sum(thing.size for thing in things)
        assert all(thing.size == len(msgspec.json.encode(thing.doc)) for thing in things)


@given(steps=STEPS)
def test_resources_are_what_a_dictionary_of_them_would_be(steps: list[Any]) -> None:
    both = Both()
    for step in steps:
        both.do(step)

    both.compare()


@given(
    gone=st.sets(st.integers(0, 11)),
    more=st.integers(0, 3),
    limit=st.integers(1, 5),
    pages=st.integers(0, 3),
)
def test_what_is_there_all_the_time_is_listed_once_whatever_comes_and_goes(
    gone: set[int], more: int, limit: int, pages: int
) -> None:
    desk = Desk()
    made = [desk.post("memory_stores", name=str(number))["id"] for number in range(12)]
    found: list[str] = []
    query = f"limit={limit}"
    while query:
        page = desk.get(f"memory_stores?{query}")
        found += [each["id"] for each in page["data"]]
        query = f"limit={limit}&page={page['next_page']}" if page["next_page"] else ""
        if pages == 0:
            for number in gone:
                desk.found(desk.ask("DELETE", f"memory_stores/{made[number]}"))
            for _ in range(more):
                desk.post("memory_stores", name="new")
        pages -= 1

    stayed = [id_ for number, id_ in enumerate(made) if number not in gone]
    assert len(set(found)) == len(found)
    assert [id_ for id_ in found if id_ in stayed] == stayed[::-1]


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["type", "id", "content", "events", "name"]), inner, max_size=3
            )
        ),
        max_leaves=8,
    )
)
def test_whatever_is_sent_the_answer_is_one_and_the_state_is_sound(value: Any) -> None:
    desk = Desk()
    agent = desk.post("agents", name="Ada", model="m")["id"]
    here = desk.post("environments", name="Here")["id"]
    session = desk.post("sessions", agent=agent, environment_id=here)["id"]
    for path in (
        "agents",
        "sessions",
        "environments",
        f"sessions/{session}/events",
        f"agents/{agent}",
    ):
        for body in (
            {
                "name": value,
                "model": value,
                "agent": value,
                "environment_id": here,
                "events": value,
            },
            {
                "agent": agent,
                "environment_id": value,
                "resources": value,
                "initial_events": value,
                "metadata": value,
            },
        ):
            answer = desk.ask("POST", path, body)
            assert isinstance(answer, ApiError | dict)
            assert not isinstance(answer, ApiError) or answer.status in (400, 404)
    assert isinstance(desk.get(f"sessions/{session}/events"), dict)
    assert desk.shelves.size == sum(thing.size for _, thing in desk.shelves.things())
