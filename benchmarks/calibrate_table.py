"""A scale as the two modules that hold it."""

from __future__ import annotations

from textwrap import wrap

from calibrate_words import ALPHABET, LEVELS, STEP

from simtwin.api.tokens.scale import Scale

_WIDTH = 92
_HEAD = '''"""{title}.

Written by benchmarks/calibrate_tokens.py; in hundredths of a token.
"""

from __future__ import annotations
'''


def written_scale(scale: Scale, name: str, models: str) -> str:
    """The module that has all but the words.

    Args:
        scale: the scale.
        name: of the module.
        models: whose scale it is.
    """
    zero = LEVELS.index("M")
    rows = (
        f'    "{one}": "'
        + "".join(LEVELS[scale.pairs[one, other] // STEP + zero] for other in ALPHABET)
        + '",'
        for one in ALPHABET
    )
    marks = ", ".join(f"{piece!r}: {price}" for piece, price in sorted(scale.marks.items()))
    return "\n".join(
        (
            _HEAD.format(title=f"What pieces cost {models}"),
            f"from simtwin.api.tokens.{name}_words import WORDS",
            "from simtwin.api.tokens.scale import Scale, pair_costs, word_costs",
            "",
            "# Rows are the first of two letters, columns the second; `M` is nothing, a letter a tenth.",
            "_PAIRS = {",
            *rows,
            "}",
            "",
            f"{name.upper()} = Scale(",
            f"    lengths={tuple(scale.lengths)},",
            "    pairs=pair_costs(_PAIRS),",
            "    words=word_costs(WORDS),",
            f"    title={scale.title},",
            f"    capitals={scale.capitals},",
            f"    marks={{{marks}}},",
            f"    first_marks={scale.first_marks},",
            f"    further_marks={scale.further_marks},",
            f"    spaced_marks={scale.spaced_marks},",
            f"    alike={scale.alike},",
            ")",
            "",
        )
    )


def written_words(scale: Scale, models: str) -> str:
    """The module that has the words."""
    lines = []
    for price in sorted(set(scale.words.values())):
        words = " ".join(sorted(word for word in scale.words if scale.words[word] == price))
        first, *others = wrap(words, _WIDTH)
        lines += [f'    {price}: "{first}"', *(f'    " {line}"' for line in others)]
        lines[-1] += ","
    title = f"Common words of which length and letters tell wrongly {models}"
    return "\n".join((_HEAD.format(title=title), "WORDS = {", *lines, "}", ""))
