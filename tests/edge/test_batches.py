"""Batches with the real SDK: what becomes of each of their requests, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
import trio
from anthropic import AnthropicError, AsyncAnthropic, BadRequestError, NotFoundError
from virtual import HELLO

from simtwin.edge.data_plane.batches.works import AT_ONCE_OF_TENANT
from simtwin.testing import VirtualTwin

pytestmark = pytest.mark.usefixtures("virtual_time")

DAY = 86_400.0
#: What breaks an answer so that nobody could read it.
BREAKING = (
    "disconnect",
    "disconnect(at_byte=5)",
    "truncate(at_byte=20)",
    "hang",
    "garbage",
    "framing(content_length=5)",
    "page(status=502)",
    'body(form="html")',
    "drip(bytes=9, seconds=1)",
    'corrupt(form="json")',
    'encoding(name="gzip")',
)


def requests(count: int, **fields: Any) -> list[Any]:
    return [{"custom_id": f"r{n}", "params": {**HELLO, **fields}} for n in range(count)]


async def ended(client: AsyncAnthropic, id_: str, seconds: float = 5.0) -> Any:
    """The batch once it has ended, polled as clients do."""
    while True:
        batch = await client.messages.batches.retrieve(id_)
        if batch.processing_status == "ended":
            return batch
        await trio.sleep(seconds)


async def results(client: AsyncAnthropic, id_: str) -> dict[str, Any]:
    found = [each async for each in await client.messages.batches.results(id_)]
    by_id = {each.custom_id: each.result for each in sorted(found, key=_number)}
    assert len(by_id) == len(found), "each has one result"
    return by_id


def _number(result: Any) -> int:
    digits = result.custom_id.removeprefix("r")
    return int(digits) if digits.isdigit() else -1


async def done(
    client: AsyncAnthropic, asked: Sequence[Any], seconds: float = 5.0
) -> dict[str, Any]:
    batch = await client.messages.batches.create(requests=asked)
    await ended(client, batch.id, seconds)
    return await results(client, batch.id)


async def test_a_batch_is_made_polled_read_and_deleted_by_the_sdk() -> None:
    async with VirtualTwin(seed=7) as twin:
        client = twin.anthropic()
        made = await client.messages.batches.create(requests=requests(3))
        assert (made.processing_status, made.request_counts.processing) == ("in_progress", 3)
        assert made.results_url is None

        batch = await ended(client, made.id)
        found = await results(client, made.id)

        assert batch.request_counts.succeeded == 3
        assert set(found) == {"r0", "r1", "r2"}
        message = found["r0"].message
        assert (message.role, message.usage.service_tier) == ("assistant", "batch")
        assert message.usage.input_tokens == 8
        assert (await client.messages.batches.delete(made.id)).type == "message_batch_deleted"
        with pytest.raises(NotFoundError, match="Not found"):
            await client.messages.batches.retrieve(made.id)
        assert twin.usage["output_tokens"] == sum(
            each.message.usage.output_tokens for each in found.values()
        )


async def test_a_request_says_in_a_batch_what_it_says_alone() -> None:
    async with VirtualTwin(seed=7) as twin:
        client = twin.anthropic()
        found = await done(client, requests(1))
        alone = await client.messages.create(**HELLO)

    assert found["r0"].message.content == alone.content


async def test_each_request_uses_up_an_item_of_a_script_and_the_batch_none() -> None:
    async with VirtualTwin(script="529; 429(retry_after=5); ok") as twin:
        found = await done(twin.anthropic(), requests(3))
        entries = [attempt.entry for attempt in twin.attempts if attempt.entry.batch]

        assert [found[f"r{n}"].type for n in range(3)] == ["errored", "errored", "succeeded"]
        assert found["r0"].error.error.type == "overloaded_error"
        assert found["r1"].error.error.type == "rate_limit_error"
        assert [(each.custom_id, each.ordinal, each.status) for each in entries] == [
            ("r0", 1, 529),
            ("r1", 2, 429),
            ("r2", 3, 200),
        ]
        assert {each.endpoint for each in entries} == {"batches_request"}
        assert found["r0"].error.request_id == entries[0].request
        assert twin.calls[0].attempts[0].entry.endpoint == "batches_create"
        assert all(each.entry.batch is None for call in twin.calls for each in call.attempts)


async def test_what_would_have_broken_the_answer_is_an_error_of_the_api() -> None:
    async with VirtualTwin(script="; ".join([*BREAKING, "ok"])) as twin:
        found = await done(twin.anthropic(), requests(len(BREAKING) + 1), seconds=600.0)

    *broken, last = found.values()
    assert {(each.type, each.error.error.type) for each in broken} == {("errored", "api_error")}
    assert last.type == "succeeded"


async def test_what_only_takes_its_time_does_so_and_succeeds() -> None:
    async with VirtualTwin(script="latency(seconds=30); stall(at_byte=5, seconds=40)") as twin:
        found = await done(twin.anthropic(), requests(2))

        assert {each.type for each in found.values()} == {"succeeded"}
        assert 40 <= twin.now <= 46


async def test_what_is_wrong_with_the_params_of_one_is_its_own_result() -> None:
    asked = requests(3)
    asked[0]["params"] = {**HELLO, "model": "claude-nope"}
    asked[1]["params"] = {**HELLO, "max_tokens": "many"}
    async with VirtualTwin() as twin:
        found = await done(twin.anthropic(), asked)

    assert found["r0"].error.error.message == "model: claude-nope"
    assert found["r1"].error.error.message == "max_tokens: Input should be a valid integer"
    assert found["r2"].type == "succeeded"


async def test_rules_match_requests_of_batches_by_their_own_name() -> None:
    refusing = {
        "match": {"endpoint": "batches_request", "body": {"/max_tokens": 5}},
        "refuse": {"status": 500},
    }
    live = {"match": {"endpoint": "messages"}, "refuse": {"status": 529}}
    asked = [*requests(1), {"custom_id": "five", "params": {**HELLO, "max_tokens": 5}}]
    async with VirtualTwin(rules=[refusing, live]) as twin:
        found = await done(twin.anthropic(max_retries=0), asked)

    assert (found["r0"].type, found["five"].type) == ("succeeded", "errored")


async def test_a_script_and_a_lane_in_the_url_hold_for_each_request_and_for_the_results_url() -> (
    None
):
    async with VirtualTwin() as twin:
        base_url = f"{twin.base_url}/_lane/side/_script/529;ok"
        client = twin.anthropic(base_url=base_url)
        made = await client.messages.batches.create(requests=requests(2))
        batch = await ended(client, made.id)
        found = await results(client, made.id)
        lanes = {attempt.entry.lane for attempt in twin.attempts}

    assert batch.results_url == f"{base_url}/v1/messages/batches/{made.id}/results"
    assert [found["r0"].type, found["r1"].type] == ["errored", "succeeded"]
    assert lanes == {"side"}


async def test_a_batch_takes_as_long_as_its_requests_so_many_at_once() -> None:
    async with VirtualTwin(
        rules=[{"latency": {"seconds": 10}, "match": {"endpoint": "batches_request"}}]
    ) as twin:
        client = twin.anthropic()
        made = await client.messages.batches.create(requests=requests(AT_ONCE_OF_TENANT + 1))
        await ended(client, made.id)

        assert 20 <= twin.now <= 25


async def test_a_cancelled_batch_ends_with_what_was_under_way_and_begins_no_more() -> None:
    async with VirtualTwin(
        rules=[{"latency": {"seconds": 10}, "match": {"endpoint": "batches_request"}}]
    ) as twin:
        client = twin.anthropic()
        made = await client.messages.batches.create(requests=requests(AT_ONCE_OF_TENANT + 6))
        await trio.sleep(1)
        cancelling = await client.messages.batches.cancel(made.id)
        again = await client.messages.batches.cancel(made.id)
        batch = await ended(client, made.id)
        found = await results(client, made.id)

        assert cancelling.processing_status == again.processing_status == "canceling"
        assert again.cancel_initiated_at == cancelling.cancel_initiated_at
        assert batch.request_counts.succeeded == AT_ONCE_OF_TENANT
        assert batch.request_counts.canceled == 6
        assert [each.type for each in found.values()].count("canceled") == 6
        assert twin.now < 20
        with pytest.raises(BadRequestError, match="its processing has ended"):
            await client.messages.batches.cancel(made.id)


async def test_the_same_batch_twice_at_once_is_two_batches() -> None:
    waits = {"latency": {"seconds": 10}, "match": {"endpoint": "batches_request"}}
    async with VirtualTwin(rules=[waits]) as twin:
        batches = twin.anthropic().messages.batches
        made = [(await batches.create(requests=requests(2))).id for _ in range(2)]
        over = [await ended(twin.anthropic(), id_) for id_ in made]

    assert [batch.request_counts.succeeded for batch in over] == [2, 2]


async def test_what_hangs_holds_a_cancelled_batch_up_for_a_minute() -> None:
    async with VirtualTwin(script="hang; ok") as twin:
        client = twin.anthropic()
        made = await client.messages.batches.create(requests=requests(2))
        await trio.sleep(1)
        await client.messages.batches.cancel(made.id)
        await ended(client, made.id)
        found = await results(client, made.id)

        assert (found["r0"].type, found["r1"].type) == ("canceled", "succeeded")
        assert 60 <= twin.now <= 67


async def test_after_a_day_what_has_no_result_expires() -> None:
    async with VirtualTwin(script="hang; ok", max_wait=3 * DAY) as twin:
        client = twin.anthropic()
        made = await client.messages.batches.create(requests=requests(2))
        await trio.sleep(DAY - 1)
        before = await client.messages.batches.retrieve(made.id)
        await trio.sleep(1)
        batch = await ended(client, made.id)
        found = await results(client, made.id)

        assert before.processing_status == "in_progress"
        assert batch.ended_at == batch.expires_at
        assert (batch.request_counts.expired, batch.request_counts.succeeded) == (1, 1)
        assert (found["r0"].type, found["r1"].type) == ("expired", "succeeded")


async def test_results_are_gone_after_29_days_and_the_batch_is_not() -> None:
    async with VirtualTwin() as twin:
        client = twin.anthropic()
        made = await client.messages.batches.create(requests=requests(1))
        await trio.sleep(29 * DAY + 1)
        batch = await client.messages.batches.retrieve(made.id)

        assert batch.archived_at is not None
        with pytest.raises(NotFoundError, match="no longer available"):
            await client.messages.batches.results(made.id)


async def test_before_its_end_there_are_no_results_and_it_cannot_be_deleted() -> None:
    async with VirtualTwin(script="hang") as twin:
        client = twin.anthropic()
        made = await client.messages.batches.create(requests=requests(1))

        with pytest.raises(BadRequestError, match="cannot be deleted while it is in_progress"):
            await client.messages.batches.delete(made.id)
        with pytest.raises(AnthropicError, match="No `results_url`"):
            await client.messages.batches.results(made.id)


async def test_the_newest_batch_is_listed_first_in_pages() -> None:
    async with VirtualTwin() as twin:
        client = twin.anthropic()
        made = [(await client.messages.batches.create(requests=requests(1))).id for _ in range(5)]
        first = await client.messages.batches.list(limit=2)
        rest = [each.id async for each in client.messages.batches.list(limit=2)]
        before = await client.messages.batches.list(limit=2, before_id=made[0])

        assert [each.id for each in first.data] == [made[4], made[3]]
        assert rest == made[::-1]
        assert [each.id for each in before.data] == [made[2], made[1]]
        with pytest.raises(BadRequestError, match="limit"):
            await client.messages.batches.list(limit=0)


async def test_a_prompt_that_a_batch_cached_is_read_by_its_next_request() -> None:
    system = [{"type": "text", "text": "word " * 2_000, "cache_control": {"type": "ephemeral"}}]
    async with VirtualTwin() as twin:
        found = await done(twin.anthropic(), requests(2, system=system))

    assert found["r0"].message.usage.cache_creation_input_tokens > 0
    assert found["r1"].message.usage.cache_read_input_tokens > 0


async def test_the_same_seed_gives_the_same_results_byte_for_byte() -> None:
    half = {"when": {"chance": 0.5}, "match": {"endpoint": "batches_request"}}
    texts = []
    for _ in range(2):
        async with VirtualTwin(rules=[{**half, "refuse": {"status": 529}}], seed=3) as twin:
            client = twin.anthropic()
            made = await client.messages.batches.create(requests=requests(20))
            url = (await ended(client, made.id)).results_url
            async with httpx2.AsyncClient(transport=twin.transport()) as plain:
                headers = {"x-api-key": twin.api_key, "anthropic-version": "2023-06-01"}
                texts.append((await plain.get(url, headers=headers)).content)

    assert texts[0] == texts[1]
    assert texts[0].count(b"\n") == 20
    assert 0 < texts[0].count(b"overloaded_error") < 20
