"""What came of a call of the SDK, in the words of the measured table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anthropic

#: As much of a text as the table has.
SHOWN = 17


async def shape(
    sdk: anthropic.AsyncAnthropic, way: str, asked: dict[str, Any], *, deltas: bool = True
) -> str:
    """Ask once; "OK" with the kind of thing that came, or the class of what was raised.

    Events are counted, with or without the deltas of blocks.
    """
    events: list[Any] = []
    try:
        match way:
            case "create":
                return f"OK {_answer(await sdk.messages.create(**asked))}"
            case "raw":
                async with await sdk.messages.create(**asked, stream=True) as stream:
                    async for event in stream:
                        events.append(event)  # noqa: PERF401  # those before an error count too
                counted = [each for each in events if deltas or each.type != "content_block_delta"]
                return " ".join(["OK", str(len(counted)), "events", *_last(events)])
            case _:
                async with sdk.messages.stream(**asked) as helper:
                    message = await helper.get_final_message()
                return " ".join([f"OK stop={message.stop_reason}", *_block(message.content)])
    except Exception as error:  # noqa: BLE001  # whatever it is, is what came of it
        return _raised(error) + (f" after {len(events)} ev" if events else "")


def _answer(answer: object) -> str:
    """Of a call: its class, and what a message lacks that it always has."""
    name = type(answer).__name__
    if isinstance(answer, anthropic.types.Message):
        lacks = [part for part in ("id", "content") if getattr(answer, part) is None]
        return " ".join([name, *(f"{part}=None" for part in lacks)])
    return name


def _last(events: Sequence[Any]) -> list[str]:
    return [event.type for event in events[-1:]]


def _block(content: Sequence[Any]) -> list[str]:
    """The first block; "hel lo" and " lo", the deltas that are asked for, are "hel" and "lo"."""
    for block in content:
        if block.type == "tool_use":
            return [f"input {block.input}"]
        text = (
            block.text
            if block.text is None
            else block.text.replace("hel lo", "hel").replace(" lo", "lo")
        )
        return [f"text {text if text is None else text[:SHOWN]}".rstrip()]
    return []


def _raised(error: BaseException) -> str:
    """Its class by the package that it is from, and that of its cause where that is another one."""
    cause = error.__cause__
    below = "" if cause is None or _name(cause) == _name(error) else f"<-{_name(cause)}"
    return f"{type(error).__module__.partition('.')[0]}.{_name(error)}{below}"


def _name(error: BaseException) -> str:
    return type(error).__name__
