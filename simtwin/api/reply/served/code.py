"""Code execution: made-up runs, in the form of the tool's version.

The first version (2025-05) ran Python alone; later ones have a shell and a text editor. Code that
calls the web (`web_search_20260209` and later) is Python again, and its calls tell who made them.
"""

from __future__ import annotations

from random import Random

from simtwin.api.reply.prose import phrase
from simtwin.api.reply.said import SaidBlock, SaidResult, SaidUse
from simtwin.api.tokens import count

_FIRST = "code_execution_20250522"

_RUNS = (
    ('python3 -c "print(sum(range({number})))"', "{total}\n"),
    ("echo {words}", "{words}\n"),
    ("seq {number} | wc -l", "{number}\n"),
)
_SCRIPT = "values = list(range({number}))\nprint(sum(values))\n"


def ran(place: int, version: str, rng: Random) -> list[SaidBlock]:
    """Code that ran and what it wrote; `place` is the number of the use."""
    if version == _FIRST:
        return python(place, rng)
    if rng.random() < 1 / 4:
        return _edited(place, rng)
    number = rng.randint(2, 90)
    words = phrase(rng)
    command, output = rng.choice(_RUNS)
    filled = {"number": number, "total": sum(range(number)), "words": words}
    return [
        SaidUse("bash_code_execution", {"command": command.format(**filled)}),
        _result("bash", place, _output("bash_code_execution_result", output.format(**filled))),
    ]


def python(place: int, rng: Random) -> list[SaidBlock]:
    """Python that ran."""
    number = rng.randint(2, 90)
    written = f"{sum(range(number))}\n"
    output = _output("code_execution_result", written)
    return [
        SaidUse("code_execution", {"code": _SCRIPT.format(number=number)}),
        SaidResult("code_execution_tool_result", output, place, tokens=count(written)),
    ]


def calling(tool: str) -> SaidUse:
    """Python that calls a tool of the web."""
    code = f"result = await {tool}(request)\nprint(result[:500])\n"
    return SaidUse("code_execution", {"code": code})


def called(place: int) -> SaidResult:
    """What the code of `calling` wrote."""
    output = _output("code_execution_result", "None\n") | {"abort_reason": None}
    return SaidResult("code_execution_tool_result", output, place)


def finished(id_: str, stdout: str) -> SaidResult:
    """What code wrote that called tools of the client's; `id_` is that of its use."""
    return SaidResult(
        "code_execution_tool_result",
        _output("code_execution_result", stdout),
        id_,
        tokens=count(stdout),
    )


def _edited(place: int, rng: Random) -> list[SaidBlock]:
    path = "/tmp/" + "_".join(phrase(rng).split()) + ".txt"  # noqa: S108  # in the made-up container
    text = phrase(rng).capitalize() + "."
    created = {"type": "text_editor_code_execution_create_result", "is_file_update": False}
    viewed = {
        "type": "text_editor_code_execution_view_result",
        "file_type": "text",
        "content": text,
        "num_lines": 1,
        "start_line": 1,
        "total_lines": 1,
    }
    name = "text_editor_code_execution"
    return [
        SaidUse(name, {"command": "create", "path": path, "file_text": text}),
        _result("text_editor", place, created),
        SaidUse(name, {"command": "view", "path": path}),
        _result("text_editor", place + 1, viewed),
    ]


def _output(kind: str, stdout: str) -> dict[str, object]:
    return {"type": kind, "stdout": stdout, "stderr": "", "return_code": 0, "content": []}


def _result(tool: str, place: int, content: dict[str, object]) -> SaidResult:
    tokens = count(str(content.get("stdout") or content.get("content") or ""))
    return SaidResult(f"{tool}_code_execution_tool_result", content, place, tokens=tokens + 20)
