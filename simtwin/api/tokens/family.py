"""What each family of models adds to the text of a request, in tokens: facts and nothing else.

What tools add is the table "Tool use system prompt token count" (platform.claude.com, "Pricing",
2026-09-02; for what is retired, the same page in 2025 and docs.anthropic.com in 2024). The rest is
read off recorded answers of 2024 to 2026, after their text had been counted exactly: every request
without media comes out to within a few tokens. The models of 2026-09 on are taken to do as the
sibling before them. Prompts change now and then: on the models of 2025 tools added 346 or 313
tokens at first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

import attrs

from simtwin.api.caching import caching
from simtwin.api.models import resolve
from simtwin.api.tokens.newer import NEWER
from simtwin.api.tokens.older import OLDER
from simtwin.api.tokens.scale import Scale


@attrs.frozen(eq=False)
class Family:
    """How models that are counted alike count.

    Args:
        tools: what it adds that there are tools.
        forced: the same, with a `tool_choice` of any or tool.
        scale: what text costs.
        turn: a turn besides what it says.
        opening: what a prompt ends with.
        enabled: thinking of type enabled.
        adaptive: thinking of type adaptive.
        format: a `json_schema` format besides the schema.
        calls: the calls of a turn, whatever they are.
        call: each of them besides its name.
        argument: each argument besides its name and value.
        deferred: what it adds that there are deferred tools.
        longest_edge: of an image in pixels; a larger one is scaled down.
        most_patches: into which an image is cut; a larger one is scaled down.
        keeps_thoughts: whether the thinking of earlier turns stays.
        is_newer: whether it has the vocabulary of Claude Opus 4.7.
    """

    tools: int
    forced: int
    scale: Scale = OLDER
    turn: int = 3
    opening: int = 4
    enabled: int = 28
    adaptive: int = 17
    format: int = 128
    calls: int = 17
    call: int = 16
    argument: int = 15
    deferred: int = 0
    longest_edge: int = 1_568
    most_patches: int = 1_568
    keeps_thoughts: bool = False
    is_newer: bool = False


# Of these no recording has arguments or a format alone: the shares are those of the older models.
_newer = partial(
    Family,
    scale=NEWER,
    turn=2,
    enabled=0,
    adaptive=0,
    format=180,
    calls=13,
    call=13,
    argument=10,
    deferred=92,
    longest_edge=2_576,
    most_patches=4_784,
    is_newer=True,
)

#: By how the name of a model begins; the first that fits.
_FAMILIES: Sequence[tuple[str, Family]] = (
    ("claude-opus-5", _newer(286, 406)),
    ("claude-sonnet-5", _newer(354, 474)),
    ("claude-haiku-5", _newer(354, 474)),
    ("claude-fable", _newer(290, 410)),
    ("claude-mythos", _newer(290, 410)),
    ("claude-opus-4-8", _newer(290, 410)),
    ("claude-opus-4-7", _newer(675, 804, opening=9)),
    ("claude-opus-4-6", Family(497, 589)),
    ("claude-sonnet-4-6", Family(497, 589)),
    ("claude-opus-4-5", Family(496, 588)),
    ("claude-sonnet-4-5", Family(496, 588)),
    ("claude-haiku-4-5", Family(496, 588)),
    ("claude-opus-4", Family(313, 315)),
    ("claude-sonnet-4", Family(313, 315)),
    ("claude-3-7-sonnet", Family(346, 313)),
    ("claude-3-5-sonnet-20240620", Family(294, 261)),
    ("claude-3-5-sonnet", Family(346, 313)),
    ("claude-3-5-haiku", Family(264, 355)),
    ("claude-3-opus", Family(530, 281)),
    ("claude-3-sonnet", Family(159, 235)),
    ("claude-3-haiku", Family(264, 340)),
    ("claude-2", Family(346, 313)),
)
#: What is counted where no model is named.
_LATEST = _FAMILIES[0][1]

#: Tools that the API defines, by type without its date: on models up to Claude 4.6 and on later
#: ones. Bash, text editor, computer and browser: "Pricing" (2026-09-02), without what tools add
#: anyway. Web search and fetch, code execution, memory, tool search: from recordings; later ones as
#: much more as text is.
DEFINED: Mapping[str, tuple[int, int]] = {
    "web_search": (1_708, 2_400),
    "web_fetch": (524, 740),
    "code_execution": (1_738, 2_440),
    "memory": (1_068, 1_500),
    "tool_search_tool_bm25": (188, 265),
    "tool_search_tool_regex": (188, 265),
    "bash": (244, 325),
    "text_editor": (700, 980),
    "computer": (1_215, 1_700),
    "computer_toolset": (3_000, 4_230),
    "browser_toolset": (4_500, 6_320),
    "advisor": (300, 420),
}


@lru_cache(256)
def family(name: str | None) -> Family:
    """The family of the model that answers to a name; that of the latest where none does."""
    model = resolve(name) if name else None
    if model is None:
        return _LATEST
    found = next((each for start, each in _FAMILIES if model.id.startswith(start)), _LATEST)
    return attrs.evolve(found, keeps_thoughts=caching(model).keeps_thoughts)
