"""What a scripted line comes to, as something to be said."""

from __future__ import annotations

from simtwin.api.reply.said import Said, SaidBlock, SaidCall, SaidText, SaidThinking
from simtwin.core.replies import Line, Question

#: So much of a longer text is echoed, in characters: as much as a scripted one may have.
LONGEST_ECHO = 100_000


def said(line: Line, question: Question) -> Said | None:
    """What a line says to a question; None where it leaves that to prose."""
    if line.prose:
        return None
    text = (question.text or question.results)[:LONGEST_ECHO] if line.echo else line.text
    blocks: list[SaidBlock] = []
    if line.thinking:
        blocks.append(SaidThinking(line.thinking))
    if text:
        blocks.append(SaidText(text))
    blocks += [SaidCall(call.name, call.input) for call in line.calls]
    details = None
    if line.stop_reason == "refusal":
        # As documented: both are null where there is nothing more to tell.
        details = {"type": "refusal", "category": None, "explanation": None}
    return Said(tuple(blocks), line.stop_reason, details)
