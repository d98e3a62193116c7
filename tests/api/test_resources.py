"""Every family of resources has the same life, whatever it is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from shelved import Desk, body_of

from simtwin.api.errors import ApiError
from simtwin.api.pacing import STEADY
from simtwin.api.resources import shelves as bounds
from simtwin.api.resources.engine import FULL
from simtwin.api.resources.table import Route, collection, table
from simtwin.api.resources.values import Values

_ROUTES = {(route.method, route.path): route for route in table().routes}
#: Of other families than these nothing can be made by a request alone, or it is made by another.
CREATED = [
    route
    for route in table().routes
    if route.kind in ("create", "put")
    # What is sent is not what is there then; and what this one is below, the API alone makes.
    and route.name not in ("sessions_events_send", "organization_claude_tag_bundles_targets_create")
]
#: Of a session they go on, so they are others when it is looked at again.
_PASSING = ("stats",)


def made_at(desk: Desk, route: Route) -> tuple[str, Any]:
    """A thing of a family, with all that it is below: where it is, and what it looks like."""
    path, parts = "", collection(route).split("/")[2:]
    for place, part in enumerate(parts):
        if not part.startswith("{"):
            path = f"{path}/{part}".strip("/")
            continue
        above = "/v1/" + "/".join(parts[:place])
        maker = _ROUTES.get(("POST", above))
        assert maker is not None, f"nothing makes what {route.path} is below"
        path = made_at(desk, maker)[0]
    if route.kind == "put":
        path = f"{path}/{'user' if part == 'target' else 'an_id'}"
        return path, desk.found(desk.ask("POST", path, body_of(route)))
    body = body_of(route)
    if route.name in ("sessions_create", "deployments_create"):
        body["agent"] = desk.post("agents", **body_of(_ROUTES["POST", "/v1/agents"]))["id"]
        body["environment_id"] = desk.post("environments", name="Here")["id"]
    made = desk.found(desk.ask("POST", path, body))
    shelf = desk.shelves.shelf(f"/v1/{path}")
    return f"{path}/{list(shelf)[-1]}", made


def is_whole(route: Route, doc: Any) -> bool:
    """Whether a document is of the type that the route answers with, and no field is missing."""
    return bool(Values(table().types, 0.0, "").fitted(route.response, doc) == doc)


def item(route: Route, method: str) -> Route | None:
    """What a method does to one thing of the family that a route makes."""
    begun = f"{collection(route)}/{{"
    return next(
        (
            each
            for each in table().routes
            if each.method == method
            and each.path.startswith(begun)
            and each.path.count("/") == begun.count("/")
        ),
        None,
    )


@pytest.mark.parametrize("route", CREATED, ids=lambda route: route.name)
def test_what_is_made_is_found_and_listed_and_gone(route: Route) -> None:
    desk = Desk()
    path, made = made_at(desk, route)
    above = path.rpartition("/")[0]

    assert is_whole(route, made)
    found, deletes = item(route, "GET"), item(route, "DELETE")
    if found is not None:
        shown = desk.get(path)
        assert is_whole(found, shown)
        same = made.keys() & shown.keys() - set(_PASSING)
        assert {name: made[name] for name in same} == {name: shown[name] for name in same}
    listed = _ROUTES.get(("GET", collection(route)))
    if listed is not None:
        query = "&".join(f"{name}=any" for name in listed.required)
        (shown,) = desk.get(f"{above}?{query}")["data"]
        assert is_whole(listed, shown)
    if deletes is not None:
        assert is_whole(deletes, desk.found(desk.ask("DELETE", path)))
        again = desk.ask("DELETE", path)
        assert isinstance(again, ApiError)
        assert (again.status, again.type) == (404, "not_found_error")
        assert listed is None or desk.get(f"{above}?{query}")["data"] == []


@pytest.mark.parametrize(
    "route", [each for each in CREATED if body_of(each)], ids=lambda route: route.name
)
def test_a_missing_parameter_is_named_and_nothing_is_made(route: Route) -> None:
    desk = Desk()
    path = made_at(desk, route)[0]
    before, body = desk.shelves, body_of(route)
    missing = next(iter(body))
    asked = path if route.kind == "put" else path.rpartition("/")[0]

    answer = desk.ask("POST", asked, {name: body[name] for name in body if name != missing})

    assert answer == ApiError(400, "invalid_request_error", f"{missing}: Field required")
    assert desk.shelves is before


ARCHIVED = [route for route in table().routes if route.kind == "archive"]


@pytest.mark.parametrize(
    "route",
    [each for each in ARCHIVED if ("POST", collection(each)) in _ROUTES],
    ids=lambda route: route.name,
)
def test_what_is_archived_is_kept_and_never_changed(route: Route) -> None:
    desk = Desk()
    path, _ = made_at(desk, _ROUTES["POST", collection(route)])
    archived = desk.post(f"{path}/archive")
    again = desk.post(f"{path}/archive")
    refused = desk.ask("POST", path, {}) if item(route, "POST") is not None else None

    assert is_whole(route, archived)
    assert archived["archived_at"] is not None
    assert again["archived_at"] == archived["archived_at"]
    assert desk.get(path)["archived_at"] == archived["archived_at"]
    assert refused is None or (isinstance(refused, ApiError) and refused.status == 400)
    if "include_archived" in _ROUTES["GET", collection(route)].query:
        above = path.rpartition("/")[0]
        assert desk.get(above)["data"] == []
        assert len(desk.get(f"{above}?include_archived=true")["data"]) == 1


@pytest.mark.parametrize(
    "route",
    [
        each
        for each in table().routes
        if each.kind in ("act", "fetch", "only", "set_only", "compute") and each.response != "any"
    ],
    ids=lambda route: route.name,
)
def test_every_other_thing_to_do_answers_as_its_type_says(route: Route) -> None:
    desk, path = Desk(), collection(route).removeprefix("/v1/")
    maker = _ROUTES.get(("POST", collection(route)))
    parts = route.path.removeprefix("/v1/").split("/")
    if "{" in route.path:
        if maker is None or maker.kind != "create":
            # Nothing makes these: they are the API's own, or other programs'.
            strange = "/".join("x" if part.startswith("{") else part for part in parts)
            answer = desk.ask(route.method, strange, body_of(route))
            assert isinstance(answer, ApiError)
            assert answer.status == 404
            return
        path = "/".join((made_at(desk, maker)[0], *parts[path.count("/") + 2 :]))
    answer = desk.ask(route.method, path, body_of(route))

    assert answer is None or is_whole(route, answer), answer
    for name, value in route.effect.items():
        assert answer[name] == value


def test_there_is_only_one_of_some_and_it_can_be_changed() -> None:
    desk = Desk()

    before = desk.get("organizations/compliance_settings")
    changed = desk.post("organizations/compliance_settings", state={"type": "disabled"})
    after = desk.get("organizations/compliance_settings")

    assert changed == after
    assert (before["state"], after["state"]) == ({"type": "enabled"}, {"type": "disabled"})


def test_a_member_is_called_as_what_it_is_a_member() -> None:
    desk = Desk()
    group = desk.post("organizations/rbac_groups", name="Readers")
    path = f"organizations/rbac_groups/{group['id']}/members"
    member = desk.post(path, user_id="user_1")
    again = desk.ask("POST", path, {"user_id": "user_1"})
    gone = desk.ask("DELETE", f"{path}/user_1")

    assert member["user_id"] == gone["user_id"] == "user_1"
    assert isinstance(again, ApiError)
    assert (again.status, again.error_code) == (400, "already_member")


def test_what_is_below_something_archived_is_made_no_more() -> None:
    desk = Desk()
    vault = desk.post("vaults", display_name="Keys")
    desk.post(f"vaults/{vault['id']}/archive")

    answer = desk.ask("POST", f"vaults/{vault['id']}/credentials", {"auth": {"type": "x"}})

    assert isinstance(answer, ApiError)
    assert answer.status == 400


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit: Input should be greater than or equal to 1"),
        ("limit=1001", "limit: Input should be less than or equal to 1000"),
        ("page=nothing", "page: Invalid page token"),
        ("order=sideways", "order: Input should be 'asc' or 'desc'"),
        ("created_at[gte]=today", "created_at[gte]: Input should be a valid datetime"),
    ],
)
def test_a_list_that_cannot_be_is_a_400(query: str, message: str) -> None:
    answer = Desk().ask("GET", f"sessions?{query}")

    assert answer == ApiError(400, "invalid_request_error", message)


def test_lists_are_of_what_was_asked_for() -> None:
    desk = Desk()
    ada, bob = (desk.post("agents", name=name, model="m")["id"] for name in ("Ada", "Bob"))
    here = desk.post("environments", name="Here")["id"]
    first = desk.post("sessions", agent=ada, environment_id=here)
    second = desk.post("sessions", agent=bob, environment_id=here)

    def listed(query: str) -> list[str]:
        return [each["id"] for each in desk.get(f"sessions?{query}")["data"]]

    assert listed("") == [second["id"], first["id"]]
    assert listed("order=asc") == [first["id"], second["id"]]
    assert listed(f"agent_id={ada}") == [first["id"]]
    assert listed("statuses[]=running") == []
    assert listed("statuses[]=idle&statuses[]=running") == [second["id"], first["id"]]
    assert listed(f"created_at[gt]={first['created_at']}") == [second["id"]]


def test_a_session_list_can_be_paged_back() -> None:
    desk = Desk()
    agent = desk.post("agents", name="Ada", model="m")["id"]
    here = desk.post("environments", name="Here")["id"]
    made = [desk.post("sessions", agent=agent, environment_id=here)["id"] for _ in range(5)]
    first = desk.get("sessions?limit=2")
    second = desk.get(f"sessions?limit=2&page={first['next_page']}")
    back = desk.get(f"sessions?limit=2&page={second['prev_page']}")

    assert [each["id"] for each in second["data"]] == [made[2], made[1]]
    assert back == {**first, "data": back["data"]}
    assert [each["id"] for each in back["data"]] == [made[4], made[3]]


def test_what_is_still_to_come_is_not_there_yet() -> None:
    desk = Desk(pace=STEADY)
    agent = desk.post("agents", name="Ada", model="m")["id"]
    here = desk.post("environments", name="Here")["id"]
    session = desk.post("sessions", agent=agent, environment_id=here)["id"]
    asked = {"type": "user.message", "content": [{"type": "text", "text": "Hello"}]}
    desk.post(f"sessions/{session}/events", events=[asked, asked])
    known = []
    for _ in range(9):
        events = desk.get(f"sessions/{session}/events")["data"]
        known.append([each["id"] for each in events])

    assert all(later[: len(sooner)] == sooner for sooner, later in pairwise(known))
    assert len(known[0]) < len(known[-1]) == 12


@pytest.mark.parametrize("bound", ["MOST_THINGS", "MOST_BYTES"])
def test_an_organization_that_has_too_much_is_told_so_until_it_deletes(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, bound, 3 if bound == "MOST_THINGS" else 800)
    desk = Desk()
    made = []
    while (answer := desk.ask("POST", "vaults", {"display_name": "x" * 20})) is not FULL:
        made.append(answer["id"])
    full = desk.shelves
    desk.found(desk.ask("DELETE", f"vaults/{made[0]}"))
    desk.post("vaults", display_name="x" * 20)

    assert len(made) == 3
    assert (full.count, len(list(full.things()))) == (3, 3)
