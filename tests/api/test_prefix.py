"""A request as a prompt that can be cached: what it counts, and how far its breakpoints look."""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import Any

import pytest
from asking import TOOL, doc_of, turn
from hypothesis import given
from hypothesis import strategies as st
from prompts import BASE, CALL, IMAGE, LONG, MARK, RESULT, TEXT, prompt_of, the_prompt

from simtwin.api.models import resolve
from simtwin.api.request.breakpoints import read_breakpoints
from simtwin.api.request.measure import measure
from simtwin.api.request.prefix import cacheable
from simtwin.api.request.steps import run
from simtwin.core.cache import Prompt

# What a prompt counts.


def test_what_comes_after_the_last_breakpoint_is_not_cached() -> None:
    prompt = the_prompt(system=[{**TEXT, **MARK}])

    (place,) = prompt.places
    assert place.tokens > 1_024
    assert prompt.tokens - place.tokens == run(measure(doc_of(), 0)).input_tokens


@pytest.mark.parametrize(
    ("model", "tail"),
    [
        ("claude-3-5-sonnet-20240620", 4),
        ("claude-sonnet-4-20250514", 3),
        ("claude-sonnet-4-5", 3),
        ("claude-sonnet-4-6", 2),
        ("claude-opus-4-8", 2),
    ],
)
def test_after_the_last_block_a_few_tokens_are_left_as_recorded(model: str, tail: int) -> None:
    prompt = the_prompt(model=model, messages=[turn({**TEXT, **MARK})])

    assert prompt.tokens - prompt.places[-1].tokens == tail


@pytest.mark.parametrize(
    ("model", "least"),
    [
        ("claude-opus-5", 512),
        ("claude-sonnet-5-5", 512),
        ("claude-haiku-5-5", 512),
        ("claude-fable-5-2", 512),
        ("claude-sonnet-5", 1_024),
        ("claude-opus-4-8", 1_024),
        ("claude-sonnet-4-5", 1_024),
        ("claude-opus-4-7", 2_048),
        ("claude-3-5-haiku-20241022", 2_048),
        ("claude-opus-4-6", 4_096),
        ("claude-haiku-4-5", 4_096),
    ],
)
def test_a_prompt_shorter_than_its_model_caches_is_not_cached(model: str, least: int) -> None:
    def asked(words: int) -> dict[str, Any]:
        system = [{"type": "text", "text": "word " * words, **MARK}]
        return {"model": model, "system": system}

    def is_cached(words: int) -> bool:
        return prompt_of(**asked(words)) is not None

    def counted(words: int) -> int:
        with_, without = doc_of(**asked(words)), doc_of(model=model)
        return run(measure(with_, 0)).input_tokens - run(measure(without, 0)).input_tokens

    fitting = bisect_left(range(2 * least), True, key=is_cached)

    assert counted(fitting - 1) < least <= counted(fitting)


def test_a_breakpoint_that_comes_too_early_is_passed_over() -> None:
    prompt = the_prompt(
        system=[{"type": "text", "text": "Short.", **MARK}], messages=[turn({**TEXT, **MARK})]
    )

    assert [place.at for place in prompt.places] == [1]


def test_claude_2_caches_nothing() -> None:
    assert prompt_of(model="claude-2.1", system=[{**TEXT, **MARK}]) is None


texts = st.text("ab \n.", min_size=1, max_size=40).filter(str.strip)
blocks = st.fixed_dictionaries(
    {"type": st.just("text"), "text": texts | st.just(LONG)}, optional={"cache_control": st.none()}
)


@st.composite
def marked_requests(draw: st.DrawFn) -> dict[str, Any]:
    """Requests with one to four marks somewhere, their own among them."""
    system = draw(st.lists(blocks, max_size=3))
    turns = draw(st.lists(st.lists(blocks, min_size=1, max_size=4), min_size=1, max_size=4))
    tools = [{**TOOL, "name": f"tool_{n}"} for n in range(draw(st.integers(0, 2)))]
    everything: list[dict[str, Any]] = [*tools, *system, *(each for one in turns for each in one)]
    marks = draw(st.sets(st.integers(0, len(everything) - 1), max_size=3))
    for place in marks:
        everything[place]["cache_control"] = {"type": "ephemeral"}
    fields: dict[str, Any] = {"messages": [turn(*one) for one in turns], **MARK}
    if system:
        fields["system"] = system
    if tools:
        fields["tools"] = tools
    return fields


@given(fields=marked_requests())
def test_the_counts_never_fall_and_never_exceed_the_whole(fields: dict[str, Any]) -> None:
    doc = doc_of(**fields)
    prompt = prompt_of(**fields)

    if prompt is None:
        assert run(measure(doc, 0)).input_tokens < 1_024 + 10
        return
    counts = [place.tokens for place in prompt.places]
    assert counts == sorted(counts)
    assert 1_024 <= counts[0] <= counts[-1] <= prompt.tokens == run(measure(doc, 0)).input_tokens
    assert [place.at for place in prompt.places] == sorted(place.at for place in prompt.places)


@given(fields=marked_requests())
def test_a_breakpoint_counts_what_the_request_up_to_it_counts(fields: dict[str, Any]) -> None:
    messages = fields["messages"]
    prompt = prompt_of(**fields)
    if prompt is None or len(messages) == 1:
        return

    shorter = prompt_of(**{**fields, "messages": messages[:-1]})

    if shorter is not None:
        at = shorter.places[-1].at
        again = [place.tokens for place in prompt.places if place.at == at]
        # An estimate is rounded, so that parts of it may differ from the whole by a token or two.
        assert all(abs(tokens - shorter.places[-1].tokens) <= 2 for tokens in again)


# Looking back.


def looked_at(prompt: Prompt) -> int:
    """How many blocks the last breakpoint looks at."""
    return prompt.places[-1].at - prompt.places[-1].since + 1


def test_a_breakpoint_looks_at_twenty_blocks_itself_included() -> None:
    texts_ = [{"type": "text", "text": f"{number}"} for number in range(40)]

    assert looked_at(the_prompt(**MARK, messages=[turn(TEXT, *texts_)])) == 20


def test_calls_made_at_once_count_as_one_and_so_do_their_results() -> None:
    calls = [{**CALL, "id": f"toolu_{number}"} for number in range(30)]
    results = [{**RESULT, "tool_use_id": f"toolu_{number}"} for number in range(30)]
    messages = [turn(TEXT), turn(*calls, role="assistant"), turn(*results)]

    prompt = the_prompt(**MARK, messages=messages)

    assert looked_at(prompt) == 61


def test_what_one_breakpoint_looks_at_is_bounded() -> None:
    results = [{**RESULT, "tool_use_id": f"toolu_{number}"} for number in range(1_500)]

    assert looked_at(the_prompt(**MARK, messages=[turn(TEXT, *results)])) == 1_000


# Large prompts.


def test_a_large_prompt_has_the_same_keys_in_pieces() -> None:
    fields: dict[str, Any] = {
        **BASE,
        "messages": [
            turn({"type": "text", "text": "é" * 200_000}, IMAGE, CALL),
            turn({**RESULT, "content": [{"type": "text", "text": "x" * 70_000}]}, TEXT),
        ],
        **MARK,
    }

    whole, pieces = prompt_of(0, **fields), prompt_of(1_000_000, **fields)

    assert whole == pieces


def test_a_large_prompt_is_hashed_with_pauses() -> None:
    doc = doc_of(messages=[turn({"type": "text", "text": "word " * 20_000}) for _ in range(20)])
    doc |= MARK
    model = resolve(doc["model"])
    assert model is not None
    tokens = run(measure(doc, 0)).input_tokens
    steps = cacheable(doc, model, run(read_breakpoints(doc)), tokens, len(json.dumps(doc)))

    assert sum(1 for _ in steps) >= 20
