"""What users have to say of the twin."""

from __future__ import annotations

import msgspec

from simtwin.edge.credentials import make_feedback_id
from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import bad_request
from simtwin.edge.twin_plane.port import owner
from simtwin.edge.twin_plane.query import label
from simtwin.store.records import FeedbackRecord

#: Bounds of the existing twin (twins-la/anthropic 0.1.0): characters, characters, bytes of JSON.
BODY_LENGTH, CATEGORY_LENGTH, CONTEXT_BYTES = 8_192, 128, 4_096


def submit(question: Question) -> Answer:
    """Keep a piece of feedback."""
    body = question.body.get("body")
    if not isinstance(body, str) or not body.strip():
        raise bad_request("'body' is required")
    if len(body.strip()) > BODY_LENGTH:
        raise bad_request(f"'body' must be ≤ {BODY_LENGTH} characters")
    category = label(question.body, "category", CATEGORY_LENGTH)
    context = question.body.get("context")
    encoded = msgspec.json.encode({} if context is None else context)
    if len(encoded) > CONTEXT_BYTES:
        raise bad_request(f"'context' must serialize to ≤ {CONTEXT_BYTES} bytes")
    record = FeedbackRecord(
        id=make_feedback_id(),
        tenant_id=question.tenant_id,
        body=body.strip(),
        category=category,
        context=encoded,
        created_at=question.twin.wall(),
    )
    question.twin.store.add_feedback(record)
    return json(record.doc(), 201, resource=("feedback", record.id))


def listing(question: Question) -> Answer:
    """The caller's feedback, newest first."""
    records = question.twin.store.feedback(owner(question.scope), question.query.get("status"))
    return json({"feedback": [record.doc() for record in records]})
