"""The files that what was found goes into, and the summary that a step of GitHub's CI shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from simtwin.chaos.explore.document import Report, encoded
from simtwin.chaos.report.markup import LONGEST
from simtwin.chaos.report.written import put, put_summary


def _junit(report: Report) -> bytes:
    from simtwin.chaos.explore.forms.junit import junit  # noqa: PLC0415  # only for who asks for it

    return junit(report)


def _markdown(report: Report, most: int | None = None) -> bytes:
    from simtwin.chaos.explore.forms.markdown import markdown  # noqa: PLC0415  # likewise

    return markdown(report, LONGEST if most is None else min(most, LONGEST))


def _html(report: Report) -> bytes:
    from simtwin.chaos.explore.forms.html import html  # noqa: PLC0415  # likewise

    return html(report).encode()


FORMS: Mapping[str, Callable[[Report], bytes]] = MappingProxyType(
    {"json": encoded, "junit": _junit, "markdown": _markdown, "html": _html}
)


def write(files: Mapping[str, Path], report: Report) -> list[str]:
    """Write every form that was asked for, and the step summary where there is to be one.

    Returns:
        What could not be written, in sentences.
    """
    return [
        *put(files, lambda form: FORMS[form](report)),
        *put_summary(lambda room: _markdown(report, room)),
    ]
