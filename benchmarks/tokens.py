"""How long it takes to count the tokens of a text, beside ways that are bare.

The texts are made up from a seed. `strange` has words that nothing is remembered of: the worst that
a client can send.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from random import Random
from string import ascii_lowercase

from table import table, verdict

from simtwin.api.reply import prose
from simtwin.api.request.measure import measure
from simtwin.api.request.steps import run
from simtwin.api.tokens import count, count_request
from simtwin.api.tokens.newer import NEWER
from simtwin.api.tokens.older import OLDER

MEGABYTE = 1_000_000
ROUNDS = 5
#: For a megabyte of text, in milliseconds, and how much ten times the text may cost.
TARGET, LINEAR = 150.0, 12.0
_CODE = 'def total(items: list[int]) -> int:\n    """Add {} up."""\n    return sum(items)\n\n'
_HAN = "他们在学校里学习中文。老师说今天的课很有意思。"


def texts() -> Mapping[str, str]:
    """A megabyte of characters of each kind."""
    rng = Random(7)
    said = " ".join(prose.answer(rng.randbytes(8)) for _ in range(3_000))
    code = "".join(_CODE.format(rng.randrange(1_000_000)) for _ in range(13_000))
    strange = " ".join("".join(rng.choices(ascii_lowercase, k=7)) for _ in range(125_000))
    made = {"prose": said, "code": code, "Chinese": _HAN * 50_000, "strange": strange}
    return {kind: (text * (MEGABYTE // len(text) + 1))[:MEGABYTE] for kind, text in made.items()}


def least(work: Callable[..., object], *args: object) -> float:
    """The least CPU time of a few rounds, in milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work(*args)
        taken.append(time.process_time() - began)
    return min(taken) * 1e3


def request(text: str) -> dict[str, object]:
    """A request that says a text."""
    return {"model": "claude-sonnet-4-6", "messages": [{"role": "user", "content": text}]}


def words(text: str) -> int:
    """The barest guess."""
    return len(text.split())


def counts(doc: dict[str, object], times: int) -> None:
    """Count a request a few times."""
    for _ in range(times):
        sum(count_request(doc))


def measures(doc: dict[str, object], size: int, times: int) -> None:
    """The same with its fingerprints, as a request is."""
    for _ in range(times):
        run(measure(doc, size))


def main() -> None:
    """Print the tables."""
    rows = []
    for kind, text in texts().items():
        bare = least(words, text)
        older = least(count, text, OLDER)
        newer = least(count, text, NEWER)
        tenth = least(count, text[: len(text) // 10], OLDER)
        good = max(older, newer) < TARGET and older < LINEAR * tenth
        wanted = kind != "strange"
        rows.append(
            [
                kind,
                f"{bare:.1f}",
                f"{older:.1f}",
                f"{newer:.1f}",
                f"{older / tenth:.1f}",
                f"< {TARGET:.0f} ms, < {LINEAR:.0f} x" if wanted else "",
                verdict(good) if wanted else "",
            ]
        )
    columns = ["1 MB", "len(split()), ms", "older, ms", "newer, ms", "x a tenth", "target", ""]
    print(table(columns, rows))
    rows = []
    for size in (60, 6_000, 100_000):
        doc = request(texts()["prose"][:size])
        times = max(1, 200_000 // size)
        counted = least(counts, doc, times)
        measured = least(measures, doc, size, times)
        rows.append(
            [f"{size:,}", f"{counted / times * 1e3:,.0f}", f"{measured / times * 1e3:,.0f}"]
        )
    print(
        "\n"
        + table(["a request of so many characters", "count, µs", "with fingerprints, µs"], rows)
    )


if __name__ == "__main__":
    main()
