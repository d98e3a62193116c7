"""Fit what pieces of text cost, and tell how far counts are from the real ones.

    python benchmarks/calibrate_tokens.py fit --teacher TEACHER --texts DIR --name older|newer
    python benchmarks/calibrate_tokens.py scripts --teacher TEACHER --texts DIR
    python benchmarks/calibrate_tokens.py check --recordings exchanges.jsonl

See benchmarks/README.md, "Token counts".
"""

from __future__ import annotations

import argparse
import importlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median

from calibrate_marks import fit_marks, print_scripts
from calibrate_recordings import check
from calibrate_table import written_scale, written_words
from calibrate_words import fit_words, weighted

from simtwin.api.tokens.scale import TOKEN, Scale, is_latin
from simtwin.api.tokens.text import cuts, size

Teacher = Callable[[str], int]

_ROOM = Path(__file__).parent.parent / "simtwin" / "api" / "tokens"
_MODELS = {"older": "up to Claude 4.6", "newer": "from Claude Opus 4.7 on"}

_BLANK = Scale(
    lengths=(),
    pairs={},
    words={},
    title=(0, 0),
    capitals=(0, 0, 0),
    marks={},
    first_marks=TOKEN,
    further_marks=TOKEN,
    spaced_marks=0,
    alike=16,
)


def teacher(name: str) -> Teacher:
    """The exact counter of that name; what it adds to every text is taken off."""
    if name.startswith("ctok:"):
        token_count = importlib.import_module("ctok").token_count
        version = name.removeprefix("ctok:")
        frame = token_count("x", version) - 1
        return lambda text: int(token_count(text, version)) - frame
    tokenizer = importlib.import_module("tokenizers").Tokenizer.from_file(name)
    return lambda text: len(tokenizer.encode(text).ids)


def parts(folder: Path) -> Iterator[tuple[str, str]]:
    """The texts in parts of 40 to 1,600 characters, with their kind."""
    rng = Random(7)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")
            while text:
                end = int(40 * 40 ** rng.random())
                if text[:end].strip():
                    yield path.relative_to(folder).parts[0], text[:end].strip()
                text = text[end:]


def fit(count: Teacher, texts: Sequence[tuple[str, str]]) -> Scale:
    """The scale that explains best what the teacher counts."""
    times: Counter[str] = Counter()
    for _, text in texts:
        times.update(piece.strip(" ") for piece in cuts(text))
    weights = weighted({word: n for word, n in times.items() if is_latin(word[:1] or " ")})
    alone = count("x")
    exact = {word: count(f"x {word}") - alone for word in weights}
    scale = fit_words(weights, exact, _BLANK)
    return fit_marks(scale, count, texts, exact)


def report(scale: Scale, count: Teacher, texts: Iterable[tuple[str, str]]) -> None:
    """Print how far the estimates of whole texts are off, by kind."""
    errors: dict[str, list[float]] = defaultdict(list)
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for kind, text in texts:
        real, guess = count(text), size(text, scale) / TOKEN
        errors[kind].append(abs(guess - real) / max(real, 1))
        sums[kind][0] += real
        sums[kind][1] += round(guess)
    for kind, found in sorted(errors.items()):
        real, guess = sums[kind]
        tenth = sorted(found)[int(len(found) * 0.9)]
        print(
            f"{kind:16} {real:8} tokens  all {guess / real - 1:+6.1%}  "
            f"a part: median {median(found):5.1%}, 90th percentile {tenth:5.1%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("fit", "scripts"):
        learning = commands.add_parser(name)
        learning.add_argument("--teacher", required=True)
        learning.add_argument("--texts", type=Path, required=True)
        if name == "fit":
            learning.add_argument("--name", choices=sorted(_MODELS), required=True)
    checking = commands.add_parser("check")
    checking.add_argument("--recordings", type=Path, required=True)
    options = parser.parse_args()
    if options.command == "check":
        check(options.recordings)
        return
    count = teacher(options.teacher)
    texts = list(parts(options.texts))
    if options.command == "scripts":
        print_scripts(count, texts)
        return
    scale = fit(count, texts[::2])
    models = _MODELS[options.name]
    (_ROOM / f"{options.name}.py").write_text(written_scale(scale, options.name, models))
    (_ROOM / f"{options.name}_words.py").write_text(written_words(scale, models))
    report(scale, count, texts[1::2])


if __name__ == "__main__":
    main()
