"""No bytes that are sent to the twin break it."""

from __future__ import annotations

import json

import httpx2
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st
from virtual import staged

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
blocks = st.fixed_dictionaries(
    {}, optional={"type": st.sampled_from(["text", "tool_use", "image", "x"]), "text": json_values}
)
turns = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["user", "assistant", "system", "x"]),
        "content": json_values | st.lists(blocks | json_values, max_size=3),
    },
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["claude-sonnet-4-6", "claude-opus-4-1", "x"]) | json_values,
        "max_tokens": st.integers(-1, 100) | json_values,
        "messages": st.lists(turns, max_size=3) | json_values,
        "system": json_values,
        "stream": json_values,
        "stop_sequences": st.lists(st.text(max_size=3), max_size=2) | json_values,
        "tools": st.lists(
            st.fixed_dictionaries({"name": st.text(max_size=5), "input_schema": json_values})
            | json_values,
            max_size=2,
        ),
        "tool_choice": json_values,
        "thinking": json_values,
        "metadata": json_values,
        "temperature": json_values,
    },
)


# Python writes the infinities as no JSON knows them: those are bodies to refuse as well.
texts = (documents | json_values).map(json.dumps).map(str.encode)
bodies = st.lists(st.binary(max_size=60) | texts, max_size=15)


async def answers_to(front: str, sent: list[bytes]) -> list[httpx2.Response]:
    """What one twin says to one body after another."""
    async with staged(front) as stage:
        headers = stage.headers()
        return [
            await stage.client.post("/v1/messages", headers=headers, content=body) for body in sent
        ]


@given(front=st.sampled_from(["asgi", "quart"]), sent=bodies)
@settings(max_examples=40)
def test_no_body_whatever_breaks_the_twin(front: str, sent: list[bytes]) -> None:
    clock = trio.testing.MockClock(autojump_threshold=0)

    answers = trio.run(answers_to, front, sent, clock=clock)

    assert {answer.status_code for answer in answers} <= {200, 400, 404}
    assert all("x-simtwin-cause" not in answer.headers for answer in answers)
