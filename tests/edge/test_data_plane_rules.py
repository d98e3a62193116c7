"""Which faults a request meets: rules together, their scopes, and what they cost."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
from hearing import hear
from virtual import HELLO, OPERATOR, Stage, staged

REFUSE = {"refuse": {"status": 529}}
LATE = {"latency": {"seconds": 3}}


def refuse(status: int, **more: Any) -> dict[str, Any]:
    return {"refuse": {"status": status}, **more}


async def statuses(stage: Stage, count: int, key: str | None = None) -> list[int]:
    return [(await stage.create(key=key)).status_code for _ in range(count)]


async def requests_left(stage: Stage) -> int:
    response = await stage.create(key=(await stage.add_key())["api_key"])
    return int(response.headers["anthropic-ratelimit-requests-remaining"])


async def test_all_rules_that_fire_work_together_in_their_order(front: str) -> None:
    rules = [LATE, {"pace": {"tokens_per_second": 4}}, {"truncate": {"at_token": 20}}]
    async with staged(front, settings={"rules": rules}) as stage:
        heard = await hear(stage, stream=True)
        (entry,) = await stage.entries()

    assert heard.times[0] == 3
    assert heard.times[-1] == 3 + entry["sent_tokens"] / 4
    assert heard.events[-1] == "content_block_delta"
    assert [each["kind"] for each in entry["fired"]] == ["latency", "pace", "truncate"]


@pytest.mark.parametrize(
    ("rules", "seconds", "kinds"),
    [([LATE, REFUSE], 0, ["refuse"]), ([REFUSE, LATE], 3, ["refuse", "latency"])],
)
async def test_what_takes_the_place_of_an_answer_drops_what_came_before_it(
    front: str, rules: list[dict[str, Any]], seconds: float, kinds: list[str]
) -> None:
    async with staged(front, settings={"rules": rules}) as stage:
        heard = await hear(stage)
        (entry,) = await stage.entries()

    assert (heard.status, heard.times) == (529, [seconds])
    assert [each["kind"] for each in entry["fired"]] == kinds


@pytest.mark.parametrize(("charge", "taken"), [(False, 0), (True, 1)])
async def test_an_answer_that_was_replaced_is_charged_only_where_the_rule_says_so(
    front: str, charge: bool, taken: int
) -> None:
    async with staged(front, tier="tier1") as stage:
        await stage.configure_key(rules=[refuse(529, charge=charge)])
        await stage.create()
        left = await requests_left(stage)
        (row,) = [row for row in await stage.usage() if row["requests"] == {"529": 1}]

    assert left == 50 - taken - 1
    assert (row["input_tokens"], row["output_tokens"]) == (8 * taken, 52 * taken)


async def test_an_answer_that_was_made_worse_is_charged(front: str) -> None:
    async with staged(front, tier="tier1") as stage:
        await stage.configure_key(rules=[{"disconnect": {"at_byte": 10}}])
        await hear(stage)
        left = await requests_left(stage)

    assert left == 48


async def test_a_replaced_request_is_not_even_validated(front: str) -> None:
    async with staged(front, settings={"rules": [REFUSE]}) as stage:
        response = await stage.create(max_tokens="many")

    assert response.status_code == 529


async def test_a_body_that_does_not_parse_meets_only_rules_that_do_not_look_into_it(
    front: str,
) -> None:
    rules = [
        refuse(501, match={"model": "*"}),
        refuse(502, match={"stream": False}),
        refuse(503, match={"endpoint": "messages"}, when={"nth": 2}),
    ]
    async with staged(front, settings={"rules": rules}) as stage:
        answers = [
            await stage.client.post("/v1/messages", headers=stage.headers(), content=b"{")
            for _ in range(2)
        ]

    assert [answer.status_code for answer in answers] == [400, 503]


async def test_errors_of_the_api_are_made_worse_too(front: str) -> None:
    async with staged(front, settings={"rules": [LATE]}) as stage:
        heard = await hear(stage, max_tokens=-1)

    assert (heard.status, heard.times) == (400, [3])


@pytest.mark.parametrize(
    "fault",
    [
        {"disconnect": {"after_events": 500}},
        {"disconnect": {"at_byte": 10**6}},
        {"stall": {"before_event": "no_such_event", "seconds": 9}},
        {"truncate": {"at_token": 500}},
        {"error_event": {"after_events": 500}},
    ],
)
async def test_a_place_past_the_end_leaves_the_answer_whole_and_the_journal_says_so(
    front: str, fault: dict[str, Any]
) -> None:
    async with staged(front, settings={"rules": [fault]}) as stage:
        heard = await hear(stage, stream=True)
        (entry,) = await stage.entries()

    assert (heard.error, heard.events[-1], heard.over) == (None, "message_stop", 0)
    ((kind, given),) = fault.items()
    (fired,) = entry["fired"]
    assert fired == {"rule": kind, "kind": kind, "settings": given, "outcome": "not_reached"}
    assert entry["emitted"] is not None


async def test_a_rule_of_endpoint_model_and_stream_meets_those_alone(front: str) -> None:
    rules = [
        refuse(501, match={"endpoint": "count_tokens"}),
        refuse(502, match={"model": "claude-opus-*"}),
        refuse(503, match={"stream": True}),
    ]
    async with staged(front, settings={"rules": rules}) as stage:
        counted = await stage.client.post(
            "/v1/messages/count_tokens", headers=stage.headers(), json=HELLO
        )
        opus = await stage.create(model="claude-opus-4-5")
        streamed = await stage.create(stream=True)
        other = await stage.create()

    answers = (counted, opus, streamed, other)
    assert [answer.status_code for answer in answers] == [501, 502, 503, 200]


async def test_a_window_opens_and_closes_with_the_time_of_the_twin(front: str) -> None:
    rule = refuse(529, when={"window": [60, 90]})
    async with staged(front, settings={"rules": [rule]}) as stage:
        met = []
        for second in (0, 59, 60, 89, 90):
            await trio.sleep_until(stage.began + second)
            met += await statuses(stage, 1)

    assert met == [200, 200, 529, 529, 200]


async def test_the_nearest_scope_that_sets_rules_has_them_all(front: str) -> None:
    async with staged(front, settings={"rules": [refuse(500)]}) as stage:
        met = [await statuses(stage, 1)]
        await stage.control("PUT", "/settings", OPERATOR, {"rules": [refuse(502)]})
        met.append(await statuses(stage, 1))
        await stage.configure(rules=[refuse(503)])
        met.append(await statuses(stage, 1))
        await stage.configure_key(rules=[refuse(504), refuse(529, when={"nth": 2})])
        met.append(await statuses(stage, 2))
        other = await stage.add_key()
        met.append(await statuses(stage, 1, other["api_key"]))
        key = f"/accounts/{stage.tenant.api_key_id}/settings"
        for path, auth in ((key, None), ("/settings", None), ("/settings", OPERATOR)):
            await stage.control("DELETE", path, auth)
            met.append(await statuses(stage, 1))

    assert met == [[500], [502], [503], [504, 529], [503], [503], [502], [500]]


async def test_fields_fall_back_one_by_one(front: str) -> None:
    async with staged(front, settings={"rules": [refuse(500, when={"nth": 2})]}) as stage:
        await stage.configure(seed=99)
        await stage.configure_key(pace="steady")
        first, second = await hear(stage), await hear(stage)

    assert first.headers["x-simtwin-seed"] == second.headers["x-simtwin-seed"] == "99"
    tokens = json.loads(first.body)["usage"]["output_tokens"]
    assert (first.times, second.status) == ([0.3 + tokens / 80], 500)


async def test_a_patch_changes_what_it_names_and_a_mistake_changes_nothing(front: str) -> None:
    async with staged(front) as stage:
        await stage.configure(rules=[REFUSE], seed=3)
        await stage.control("PATCH", "/settings", doc={"seed": 4, "rules": None})
        wrong = await stage.client.put(
            "/_twin/settings",
            headers=stage.auth,
            json={"seed": 5, "rules": [{"stall": {"second": 1}}]},
        )
        response = await stage.create()

    assert wrong.status_code == 400
    assert "rules[0].stall: stall has no setting 'second'" in wrong.text.replace('"', "'")
    assert (response.status_code, response.headers["x-simtwin-seed"]) == (200, "4")


async def test_a_profile_is_a_list_of_rules_by_name(front: str) -> None:
    async with staged(front) as stage:
        await stage.configure(profiles=["overloaded"])
        met = await statuses(stage, 2)
        first = (await stage.entries())[0]

    assert met == [529, 529]
    assert first["fired"][-1]["rule"] == "opening-burst"


async def test_marks_say_what_was_done_to_an_answer(front: str) -> None:
    rules = [{"name": "late", **LATE}, {"name": "cut", "truncate": {"at_token": 3}}]
    async with staged(front, settings={"rules": rules}) as stage:
        heard = await hear(stage, stream=True)

    marks = {name: value for name, value in heard.headers.items() if "simtwin" in name}
    assert marks == {"x-simtwin-seed": "7", "x-simtwin-fault": "late,cut"}


async def test_without_marks_nothing_gives_the_twin_away(front: str) -> None:
    async with staged(front, settings={"script": "529; ok"}, marks=False) as stage:
        answers = [await stage.create() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [529, 200, 200]
    assert all("simtwin" not in name for answer in answers for name in answer.headers)
