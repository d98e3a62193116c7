"""What is said, and why it ends."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import attrs
import pytest
from asking import ANSWERED, TOOL, reply_to, spec_of
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.reply.blocks import Text, Thoughts
from simtwin.api.reply.reply import Reply, compose_reply
from simtwin.api.reply.signature import make
from simtwin.api.tokens import pieces

THINKING: dict[str, Any] = {
    "thinking": {"type": "enabled", "budget_tokens": 1_024},
    "max_tokens": 2_000,
}


def _said(seed: int = 7, **fields: Any) -> str:
    (block,) = reply_to(seed, **fields).blocks
    assert isinstance(block, Text)
    return block.text


def _pieces(reply: Reply) -> int:
    return sum(len(block.pieces) for block in reply.blocks if isinstance(block, (Text, Thoughts)))


def test_the_same_request_and_seed_get_the_same_answer() -> None:
    assert reply_to() == reply_to()
    assert reply_to(stream=True, metadata={"user_id": "u"}) == reply_to()


def test_another_request_or_seed_gets_another_answer() -> None:
    assert len({_said(), _said(8), _said(system="Be brief.")}) == 3


def test_an_answer_ends_by_itself_and_costs_its_text() -> None:
    reply = reply_to()

    assert reply.stop_reason == "end_turn"
    assert reply.stop_sequence is None
    assert reply.output_tokens == len(pieces(_said()))


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("claude-sonnet-4-6", "claude-sonnet-4-6"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku-latest"),
    ],
)
def test_an_answer_names_its_model_as_the_real_one_does(asked: str, named: str) -> None:
    assert reply_to(model=asked).model == named


@pytest.mark.parametrize(
    ("fields", "geo"),
    [
        ({"model": "claude-sonnet-4-5"}, "not_available"),
        ({"model": "claude-sonnet-4-6"}, "global"),
        ({"model": "claude-sonnet-4-6", "inference_geo": "us"}, "us"),
    ],
)
def test_an_answer_tells_where_it_was_made_as_the_real_one_does(
    fields: dict[str, Any], geo: str
) -> None:
    assert reply_to(**fields).geo == geo


@given(st.integers(0, 150), st.integers(0, 1_000))
def test_max_tokens_cuts_an_answer_to_the_token(most: int, seed: int) -> None:
    whole = compose_reply(spec_of(seed))

    cut = compose_reply(attrs.evolve(spec_of(seed), max_tokens=most))

    assert cut.output_tokens == min(most, whole.output_tokens)
    assert cut.stop_reason == ("max_tokens" if most < whole.output_tokens else "end_turn")
    assert _pieces(cut) == cut.output_tokens


def test_no_tokens_say_nothing() -> None:
    reply = reply_to(max_tokens=0)

    assert reply.blocks == ()
    assert reply.stop_reason == "max_tokens"


@given(st.data())
def test_an_answer_ends_before_the_first_stop_sequence(data: st.DataObject) -> None:
    text = _said()
    begin = data.draw(st.integers(1, len(text) - 1))
    stop = text[begin : data.draw(st.integers(begin + 1, len(text)))]
    whole = spec_of()

    stopped = compose_reply(attrs.evolve(whole, stop_sequences=("@@", stop)))

    said = "".join(block.text for block in stopped.blocks if isinstance(block, Text))
    assert said == text[: text.index(stop)]
    assert stopped.stop_reason == "stop_sequence"
    assert stopped.stop_sequence == stop
    assert stopped.output_tokens == len(pieces(said))


def test_of_two_stop_sequences_the_one_that_is_complete_first_counts() -> None:
    text = _said()
    early, late = text[10:12], text[4:30]

    stopped = compose_reply(attrs.evolve(spec_of(), stop_sequences=(late, early)))

    assert stopped.stop_sequence == early


def test_a_stop_sequence_after_the_last_token_is_never_reached() -> None:
    text = _said()
    cut = attrs.evolve(spec_of(), max_tokens=5, stop_sequences=(text[-8:],))

    reply = compose_reply(cut)

    assert reply.stop_reason == "max_tokens"
    assert reply.stop_sequence is None


def test_a_stop_sequence_at_the_very_beginning_leaves_nothing() -> None:
    stopped = compose_reply(attrs.evolve(spec_of(), stop_sequences=(_said()[:1],)))

    assert stopped.blocks == ()
    assert stopped.stop_reason == "stop_sequence"
    assert stopped.output_tokens == 0


def test_thinking_comes_first_and_is_signed() -> None:
    reply = reply_to(**THINKING)
    thoughts, text = reply.blocks

    assert isinstance(thoughts, Thoughts)
    assert isinstance(text, Text)
    assert thoughts.text
    assert len(b64decode(thoughts.signature)) >= 200
    assert reply.thinking_tokens == len(thoughts.pieces)
    assert reply.output_tokens == len(thoughts.pieces) + len(text.pieces)


def test_thinking_that_is_not_shown_is_signed_and_paid_for() -> None:
    fields: dict[str, Any] = {**THINKING, "thinking": {"type": "adaptive", "display": "omitted"}}

    thoughts = reply_to(**fields).blocks[0]

    assert isinstance(thoughts, Thoughts)
    assert thoughts.text == ""
    assert thoughts.signature
    assert reply_to(**fields).thinking_tokens > 0


@pytest.mark.parametrize("most", [1, 5, 40, 60, 90])
def test_max_tokens_holds_for_thinking_and_answer_together(most: int) -> None:
    whole = spec_of(**THINKING)

    reply = compose_reply(attrs.evolve(whole, max_tokens=most))

    assert _pieces(reply) == reply.output_tokens <= most
    assert reply.output_tokens == most or reply.stop_reason == "end_turn"


def test_a_thought_is_no_longer_than_its_budget() -> None:
    whole = spec_of(**THINKING)
    assert whole.thinking is not None

    reply = compose_reply(attrs.evolve(whole, thinking=attrs.evolve(whole.thinking, budget=9)))

    assert reply.thinking_tokens == 9
    assert reply.stop_reason == "end_turn"


def _thinks(betas: frozenset[str] = frozenset(), **fields: Any) -> bool:
    return isinstance(reply_to(7, betas, **fields).blocks[0], Thoughts)


def test_after_a_tools_result_only_interleaved_thinking_goes_on() -> None:
    beta = frozenset(("interleaved-thinking-2025-05-14",))
    thought = {"type": "thinking", "thinking": "Hm.", "signature": make("Hm.", "any", b"")}
    asked, called, answered = ANSWERED
    begun = {**called, "content": [thought, *called["content"]]}
    older = {
        **THINKING,
        "model": "claude-sonnet-4-5",
        "tools": [TOOL],
        "messages": [asked, begun, answered],
    }
    newer = {**older, "model": "claude-sonnet-4-6"}

    assert not _thinks(**older)
    assert _thinks(beta, **older)
    assert _thinks(**newer)


def test_thinking_between_tools_is_after_a_result_alone() -> None:
    fields: dict[str, Any] = {
        "model": "claude-opus-5",
        "thinking": {"type": "between_tools"},
        "tools": [TOOL],
    }

    assert not _thinks(**fields)
    assert _thinks(**fields, messages=ANSWERED)


def test_newer_models_keep_their_thinking_to_themselves_unless_asked() -> None:
    asked = {"type": "adaptive", "display": "summarized"}

    shown = reply_to(model="claude-opus-4-8", thinking=asked).blocks[0]
    kept = reply_to(model="claude-opus-4-8", thinking={"type": "adaptive"}).blocks[0]
    older = reply_to(model="claude-opus-4-6", thinking={"type": "adaptive"}).blocks[0]

    assert isinstance(shown, Thoughts)
    assert isinstance(kept, Thoughts)
    assert isinstance(older, Thoughts)
    assert (shown.shown, kept.shown, older.shown) == (True, False, True)


def test_a_spec_holds_nothing_of_a_large_body() -> None:
    large = "word " * 100_000
    fields: dict[str, Any] = {
        "system": large,
        "stop_sequences": [large],
        "tools": [{**TOOL, "description": large}],
    }

    assert len(repr(spec_of(**fields))) < 1_000
