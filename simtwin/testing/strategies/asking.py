"""What can be asked, what can be answered, and who asks when."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

#: Models of several lines and both generations of thinking, the plainest first.
MODELS = ("claude-sonnet-4-6", "claude-haiku-4-5", "claude-opus-4-8")
#: Letters of several scripts, without what JSON or HTTP would have to escape.
_TEXT = st.text("abc xyzäß日本語", min_size=1, max_size=40).filter(str.strip)
_CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
_TOOL = {"name": "get_weather", "description": "Today's weather.", "input_schema": _CITY}


def requests(*, tools: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """The arguments of `messages.create`: one that the API takes.

    Args:
        tools: whether some of them offer a tool.
    """
    turns = st.lists(_TEXT, min_size=1, max_size=5).map(
        lambda texts: [
            {"role": ("user", "assistant")[place % 2], "content": text}
            for place, text in enumerate(texts[: len(texts) - 1 + len(texts) % 2])
        ]
    )
    optional: dict[str, st.SearchStrategy[Any]] = {"system": _TEXT}
    if tools:
        optional["tools"] = st.just([_TOOL])
    return st.fixed_dictionaries(
        {
            "model": st.sampled_from(MODELS),
            "max_tokens": st.integers(1, 200),
            "messages": turns,
        },
        optional=optional,
    )


def replies() -> st.SearchStrategy[dict[str, Any]]:
    """A reply as in settings: what the twin says."""
    call = {"name": "get_weather", "input": {"city": "Rome"}}
    return st.one_of(
        _TEXT.map(lambda text: {"text": text}),
        st.just({"echo": True}),
        _TEXT.map(lambda text: {"text": text, "calls": [call]}),
    )


def interleavings(
    clients: int = 3, calls: int = 4, *, max_seconds: float = 60
) -> st.SearchStrategy[tuple[tuple[float, ...], ...]]:
    """When several clients ask: for each, the seconds that it pauses before each of its calls.

    Args:
        clients: how many there are.
        calls: how many calls each makes at most.
        max_seconds: the longest pause.
    """
    pause = st.integers(0, int(max_seconds)).map(float)
    one = st.lists(pause, min_size=1, max_size=calls).map(tuple)
    return st.tuples(*[one for _ in range(clients)])
