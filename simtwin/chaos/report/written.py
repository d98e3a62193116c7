"""The files of a report, and the summary that a step of GitHub's CI shows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from simtwin.chaos.document import Report, encoded
from simtwin.chaos.plan import flag
from simtwin.chaos.report.markup import LONGEST

#: "Job summaries … limited to a maximum size of 1MiB" -- GitHub, Workflow commands; with more of
#: it the whole summary is lost.
STEP_SUMMARY_BYTES = 1024 * 1024
_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def _junit(report: Report) -> bytes:
    from simtwin.chaos.report.junit import junit  # noqa: PLC0415  # only for who asks for it

    return junit(report)


def _markdown(report: Report, most: int | None = None) -> bytes:
    from simtwin.chaos.report.markdown import markdown  # noqa: PLC0415  # likewise

    return markdown(report, LONGEST if most is None else min(most, LONGEST))


def _html(report: Report) -> bytes:
    from simtwin.chaos.report.html import html  # noqa: PLC0415  # likewise

    return html(report).encode()


FORMS: Mapping[str, Callable[[Report], bytes]] = MappingProxyType(
    {"report_json": encoded, "junit": _junit, "markdown": _markdown, "html": _html}
)


def write(files: Mapping[str, Path], report: Report) -> list[str]:
    """Write every form that was asked for, and the step summary where there is to be one.

    Returns:
        What could not be written, in sentences.
    """
    return [*write_files(files, report), *put_summary(lambda room: _markdown(report, room))]


def write_files(files: Mapping[str, Path], report: Report) -> Iterator[str]:
    """Write every form that was asked for, and say what could not be written."""
    return put(files, lambda form: FORMS[form](report))


def put(files: Mapping[str, Path], content: Callable[[str], bytes]) -> Iterator[str]:
    """Write files, each with the content of its form, and say what could not be written."""
    for form, path in files.items():
        made = content(form)
        try:
            path.write_bytes(made)
        except OSError as error:
            yield f"{flag(form)}: {path} cannot be written: {error.strerror}"


def put_summary(markdown: Callable[[int], bytes]) -> Iterator[str]:
    """Add to the step's summary what is made for so many bytes, and say where that cannot be."""
    name = os.environ.get(_STEP_SUMMARY)
    if not name:
        return
    try:
        with Path(name).open("ab") as file:
            room = STEP_SUMMARY_BYTES - file.tell()
            content = markdown(room)
            # Others may have filled it; what is cut off in its middle helps nobody.
            if len(content) <= room:
                file.write(content)
    except OSError as error:
        yield f"{_STEP_SUMMARY}: {name} cannot be written: {error.strerror}"
