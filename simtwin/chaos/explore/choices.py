"""The faults that are tried at every request: a chosen set of them, each an item of a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import attrs

from simtwin.chaos.explore.requests import Request
from simtwin.core.fault import Kinds, SettingsError, as_settings
from simtwin.core.script import Script, part
from simtwin.core.script import parse as parse_script

#: What a refusal that was given to us tells a client to wait at most (s): a run takes what it waits.
LONGEST_RETRY_AFTER = 1.0
_FIRST, _LAST = "content_block_delta", "message_stop"

#: What is said of a request by an item of a script; None where it cannot meet that.
Item = Callable[[Request], str | None]


class ChoiceError(Exception):
    """There is no such fault; the text says why."""


@attrs.frozen
class Choice:
    """A fault to try.

    Args:
        name: what it is called, in options and in the matrix.
        item: what a request meets, as an item of a script; None where it cannot.
    """

    name: str
    item: Item


def _anywhere(item: str) -> Item:
    return lambda _: item


def _first(kind: str) -> Item:
    """Before the first piece of content of a stream."""

    def item(request: Request) -> str | None:
        if not _streams(request):
            return None
        return _at(kind, f"before_event={_FIRST}" if _is_named(request) else "after_events=1")

    return item


def _middle(kind: str, *, of_json: bool = True) -> Item:
    """In the middle of an answer: between two events, or at a byte of JSON."""

    def item(request: Request) -> str | None:
        if _streams(request):
            return _at(kind, f"after_events={request.events // 2}")
        if of_json and request.status == _OK and request.bytes > 1:
            return _at(kind, f"at_byte={request.bytes // 2}")
        return None

    return item


def _last(kind: str) -> Item:
    """Before the event that says that a stream is whole."""

    def item(request: Request) -> str | None:
        if not _streams(request):
            return None
        return _at(
            kind,
            f"before_event={_LAST}" if _is_named(request) else f"after_events={request.events - 1}",
        )

    return item


def _spoiled(request: Request) -> str | None:
    if _streams(request):
        return _first("corrupt(form=json)")(request)
    return "corrupt(form=json)" if request.status == _OK else None


def _at(kind: str, place: str) -> str:
    """A kind, with settings or without, at a place."""
    return f"{kind[:-1]}, {place})" if kind.endswith(")") else f"{kind}({place})"


def _streams(request: Request) -> bool:
    return request.stream and request.status == _OK and request.events > 1


def _is_named(request: Request) -> bool:
    """Whether its events have the names of the API's own form."""
    return request.endpoint == "messages"


_OK = 200

#: All that have a name, and what each is.
CHOICES: Mapping[str, Choice] = MappingProxyType(
    {
        name: Choice(name, item)
        for name, item in (
            ("429", _anywhere("429(retry_after=1)")),
            ("529", _anywhere("529")),
            ("500", _anywhere("500")),
            ("reset", _anywhere("disconnect(reset=true)")),
            ("close", _anywhere("disconnect")),
            ("cut-first", _first("disconnect")),
            ("cut-middle", _middle("disconnect")),
            ("cut-last", _last("disconnect")),
            ("truncate-first", _first("truncate")),
            ("truncate-middle", _middle("truncate")),
            ("truncate-last", _last("truncate")),
            ("error-event", _middle("error_event", of_json=False)),
            ("stall", _middle("stall(seconds=1)")),
            ("corrupt", _spoiled),
            ("hang", _anywhere("hang")),
            ("hang-middle", _middle("hang")),
        )
    }
)
#: Those that are not tried unless they are asked for: a run that meets one may take all its time.
DEAR = ("hang", "hang-middle")
DEFAULT = tuple(name for name in CHOICES if name not in DEAR)


def chosen(
    names: str | None, included: Iterable[str], items: Iterable[str], kinds: Kinds
) -> tuple[Choice, ...]:
    """The faults that options choose.

    Args:
        names: names with commas between, in the place of the default set; None for that.
        included: further names.
        items: items of scripts, as they are.
        kinds: the kinds of fault there are.

    Raises:
        ChoiceError: one of them is none, or there is none.
    """
    wanted = DEFAULT if names is None else tuple(each.strip() for each in names.split(","))
    found: dict[str, Choice] = {}
    for name in (*filter(None, wanted), *included):
        if name not in CHOICES:
            raise ChoiceError(f"there is no {name!r}; there are {', '.join(CHOICES)}")
        found[name] = CHOICES[name]
    for text in items:
        said = cheap(text, kinds)
        found[said] = Choice(said, _anywhere(said))
    if not found:
        raise ChoiceError("no fault is chosen")
    return tuple(found.values())


def cheap(text: str, kinds: Kinds) -> str:
    """An item of a script in its one form, with no more than LONGEST_RETRY_AFTER in it.

    Raises:
        ChoiceError: it is no item, or `ok`.
    """
    try:
        script = parse_script(text, kinds)
    except SettingsError as error:
        raise ChoiceError(str(error)) from None
    if not _is_one_fault(script):
        raise ChoiceError(f"one item of a script is wanted, with a fault in it, not {text!r}")
    parts = []
    for fired in script.items[0].faults:
        settings = dict(as_settings(fired.fault))
        if settings.get("retry_after", 0) > LONGEST_RETRY_AFTER:
            settings["retry_after"] = LONGEST_RETRY_AFTER
        parts.append(part(fired.kind, settings))
    return "+".join(parts)


def _is_one_fault(script: Script) -> bool:
    return script.total == 1 and not script.loop and bool(script.items[0].faults)
