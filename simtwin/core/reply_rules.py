"""Reply rules as people write them.

    {"match": {"text": "weather", "tool": "get_weather", "turn": 1},
     "calls": [{"name": "get_weather", "input": {"city": "Oslo"}}]}

What is said is `text`, `thinking`, `calls` and `stop_reason`; or `echo`; or `prose`; or a list of
tables of these, in `turns` or `times`. JSON and TOML are the same tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import msgspec

from simtwin.core.fault import SettingsError
from simtwin.core.named_tables import named_tables
from simtwin.core.names import Names
from simtwin.core.quote import quote
from simtwin.core.replies import Line, ReplyMatch, ReplyRule, ScriptedCall
from simtwin.core.tables import fields_of, inside, is_json, text_in

#: Every question may be held against every rule, and a look at a long text takes up to 0.3 ms.
MOST_REPLIES = 200
#: More turns than people write by hand; longer conversations are recorded and replayed.
MOST_LINES = 1_000
#: As many as the API's models call at once in any recording, ten times over.
MOST_CALLS = 64
#: About 25,000 tokens, longer than most models may answer; a settings document is 1 MB.
LONGEST_TEXT = 100_000
#: A text to be found in another, a glob or a name is typed by hand.
LONGEST_SOUGHT = 1_000
LONGEST_GLOB = 200
LONGEST_NAME = 64
#: The longest name of a tool that the API takes.
LONGEST_TOOL = 128
#: How deep the input of a call may go: as deep as a schema may.
DEEPEST_INPUT = 32
#: A conversation of more turns fits no request (100,000 messages).
LAST_TURN = 100_000

STOP_REASONS = (
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
)

_SAID = ("text", "thinking", "calls", "stop_reason")
_WHOLE = ("echo", "prose")
_LISTS = ("turns", "times")
_FIELDS = ("name", "match", *_SAID, *_WHOLE, *_LISTS)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def reply_rules(
    doc: object, path: str, place: Callable[[int, str], str], prefix: str = ""
) -> tuple[ReplyRule, ...]:
    """A list of reply rules, no two of one name.

    Args:
        doc: the list.
        path: the place of the list in the caller's words.
        place: the place of something in it, from the index of a rule and the path inside that rule.
        prefix: what every name is to begin with.

    Raises:
        SettingsError: one of them cannot be.
    """
    rules = named_tables(doc, path, place, _rule, most=MOST_REPLIES, what="replies")
    return tuple(attrs.evolve(rule, name=prefix + rule.name) for rule in rules)


def _rule(doc: object, names: Names) -> ReplyRule:
    given = fields_of(doc, _FIELDS)
    lists = [name for name in _LISTS if name in given]
    lines: tuple[Line, ...]
    if not lists:
        lines = (_line({k: v for k, v in given.items() if k not in ("name", "match")}),)
    else:
        beside = [name for name in given if name in (*_SAID, *_WHOLE) or name in lists[1:]]
        if beside:
            raise SettingsError(f"{lists[0]} already lists what is said", beside[0])
        lines = _lines(given[lists[0]], lists[0])
    return ReplyRule(
        name=_name(given, names),
        match=_match(given.get("match", {})),
        lines=lines,
        by="times" if lists == ["times"] else "turns",
    )


def _lines(doc: object, path: str) -> tuple[Line, ...]:
    if not isinstance(doc, list) or not doc:
        raise SettingsError(f"must be a list of tables, not {quote(doc)}", path)
    if len(doc) > MOST_LINES:
        raise SettingsError(f"there can be {MOST_LINES:,}, not {len(doc):,}", path)
    lines = []
    for index, each in enumerate(doc):
        with inside(f"{path}[{index}]"):
            lines.append(_line(fields_of(each, (*_SAID, *_WHOLE))))
    return tuple(lines)


def _line(given: Mapping[str, Any]) -> Line:
    for name in _WHOLE:
        if name in given:
            if given[name] is not True:
                raise SettingsError(f"can only be true, not {quote(given[name])}", name)
            if len(given) > 1:
                other = next(each for each in given if each != name)
                raise SettingsError(f"{name} already says what is said", other)
            return Line(echo=name == "echo", prose=name == "prose")
    if not given:
        raise SettingsError(f"a reply needs one of {', '.join((*_SAID, *_WHOLE, *_LISTS))}")
    reason = given.get("stop_reason")
    if reason is not None and reason not in STOP_REASONS:
        raise SettingsError(
            f"must be one of {', '.join(STOP_REASONS)}, not {quote(reason)}", "stop_reason"
        )
    return Line(
        text=text_in(given, "text", LONGEST_TEXT),
        thinking=text_in(given, "thinking", LONGEST_TEXT),
        calls=_calls(given.get("calls", [])),
        stop_reason=reason,
    )


def _calls(doc: object) -> tuple[ScriptedCall, ...]:
    if not isinstance(doc, list) or len(doc) > MOST_CALLS:
        raise SettingsError(
            f"must be a list of at most {MOST_CALLS} tables, not {quote(doc)}", "calls"
        )
    calls = []
    for index, each in enumerate(doc):
        with inside(f"calls[{index}]"):
            given = fields_of(each, ("name", "input"))
            name = text_in(given, "name", LONGEST_TOOL)
            if not name:
                raise SettingsError("needs the name of a tool", "name")
            calls.append(ScriptedCall(name, _input(given.get("input", {}))))
    return tuple(calls)


def _input(doc: object) -> Mapping[str, Any]:
    if not isinstance(doc, Mapping) or not is_json(doc, DEEPEST_INPUT):
        raise SettingsError(
            f"must be a table of JSON at most {DEEPEST_INPUT} deep, not {quote(doc)}", "input"
        )
    encoded = _encode(doc)
    if len(encoded) > LONGEST_TEXT:
        raise SettingsError(f"is longer than {LONGEST_TEXT:,} bytes of JSON", "input")
    made: dict[str, Any] = _decode(encoded)
    return made


def _match(doc: object) -> ReplyMatch:
    with inside("match"):
        given = fields_of(doc, tuple(field.name for field in attrs.fields(ReplyMatch)))
        turn, results = given.get("turn"), given.get("tool_result")
        if turn is not None and not (type(turn) is int and 1 <= turn <= LAST_TURN):
            raise SettingsError(
                f"must be a whole number from 1 to {LAST_TURN:,}, not {quote(turn)}", "turn"
            )
        if results is not None and not isinstance(results, bool):
            raise SettingsError(f"must be true or false, not {quote(results)}", "tool_result")
        return ReplyMatch(
            model=_glob(given, "model"),
            system=text_in(given, "system", LONGEST_SOUGHT),
            text=text_in(given, "text", LONGEST_SOUGHT),
            text_like=_glob(given, "text_like"),
            tool=text_in(given, "tool", LONGEST_TOOL),
            tool_result=results,
            turn=turn,
        )


def _glob(given: Mapping[str, Any], name: str) -> str | None:
    text = text_in(given, name, LONGEST_GLOB)
    if text is not None and "[" in text and name == "model":
        raise SettingsError(f"knows * and ? alone, so {quote(text)} fits no model", name)
    return text


def _name(given: Mapping[str, Any], names: Names) -> str:
    name = text_in(given, "name", LONGEST_NAME)
    if name is None:
        return names.fresh("reply")
    # No slash: it parts the name of a profile from that of its reply.
    if not name or not name.isprintable() or name != name.strip() or "/" in name:
        raise SettingsError(
            f"must be printable, without '/' and without spaces around, not {quote(name)}", "name"
        )
    if not names.claim(name):
        raise SettingsError(f"another reply is called {quote(name)}", "name")
    return name
