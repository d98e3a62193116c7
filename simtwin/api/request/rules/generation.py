"""What models of a generation take, where `Model` does not say."""

from __future__ import annotations

import re
from functools import cache

from simtwin.api.model import Model

#: "4.7" of a line; `claude-3-opus` and `claude-2.1` have their number before.
_NUMBER = re.compile(r"-(\d)(?:[-.](\d)(?!\d))?(?:-|$)", re.ASCII)
_FAST = ((4, 6), (4, 8), (5, 0), (5, 5))
#: Made between Opus 4.6 and 4.7.
_MYTHOS_PREVIEW = "claude-mythos-preview"


@cache
def generation(model: Model) -> tuple[int, int]:
    """The number of a model, (4, 7) for Opus 4.7."""
    if model.id == _MYTHOS_PREVIEW:
        return (4, 6)
    found = _NUMBER.search(model.id)
    return (0, 0) if found is None else (int(found[1]), int(found[2] or 0))


def takes_prefill(model: Model) -> bool:
    """Whether it goes on with a last turn of the assistant (docs, api/errors: not from 4.6 on)."""
    return generation(model) < (4, 6)


def takes_sampling(model: Model) -> bool:
    """Whether it takes sampling parameters, before the edition that ended them (not from 4.7 on)."""
    return generation(model) < (4, 7)


def takes_both_samplings(model: Model) -> bool:
    """Whether temperature and top_p go together (not from 4.1 on)."""
    return generation(model) < (4, 1)


def takes_system_turns(model: Model) -> bool:
    """Whether the system may speak in mid-conversation (docs, mid-conversation system messages)."""
    return generation(model) >= (4, 8)


def calls_by_code(model: Model) -> bool:
    """Whether its code may call tools (docs, programmatic tool calling: from 4.5 on, not Haiku 4.5)."""
    return generation(model) >= (4, 5) and (model.line != "haiku" or generation(model) > (4, 5))


def binds_thinking(model: Model) -> bool:
    """Whether its thinking is only valid after the conversation that it was thought in.

    "Claude Mythos 5.1 and models before Claude Fable 5.1 don't run the prefix check": docs, preserved
    thinking, 2026-09; the models of 5.5 do.
    """
    return model.line != "mythos" and generation(model) >= (
        (5, 1) if model.line == "fable" else (5, 5)
    )


def reads_thinking(model: Model, of: Model) -> bool:
    """Whether a model can use what another one thought (docs, preserved thinking, 2026-09)."""
    apart = ("fable", "mythos")
    if model is of:
        return True
    if generation(of) <= (5, 0):
        return generation(model) < (5, 5) or of.line not in apart
    if of.line in apart:
        return model.line in apart and generation(model) >= generation(of)
    return model.line in apart and generation(model) >= (5, 1)


def takes_fast(model: Model) -> bool:
    """Whether it takes `speed: fast`; Opus 4.6 does, and is no faster (docs, fast mode)."""
    return model.line == "opus" and generation(model) in _FAST


def is_of_2024(model: Model) -> bool:
    """Whether it answered before ids of results and media types of images were compared.

    Recordings of 2024 with Claude 3 and 3.5 have such of either that do not match.
    """
    return (3, 0) <= generation(model) <= (3, 5)


def refuses_forcing(model: Model) -> str | None:
    """What is said to a choice that forces a call, None where it is taken.

    The newer words were seen in 2026-09 on Opus 5.5 and Fable 5.1, the older in 2026-06 on Fable 5.
    """
    number = generation(model)
    if number >= (5, 1) and (model.line != "opus" or number >= (5, 5)):
        if model.line in ("opus", "fable", "mythos"):
            return 'tool_choice: type "tool" and "any" are not supported for this model.'
        return None
    if number >= (5, 0) and model.line in ("fable", "mythos"):
        return "tool_choice forces tool use is not compatible with this model"
    return None
