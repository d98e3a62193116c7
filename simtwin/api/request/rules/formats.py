"""The format that an answer has to have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.reply.values.schema import check_schema
from simtwin.api.request.rules.grammar import Grammar


def format_of(doc: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The format asked for, by its field or by the one that it had before 2026; None for none."""
    return (doc.get("output_config") or {}).get("format") or doc.get("output_format")


def check_format(doc: Mapping[str, Any], grammar: Grammar) -> None:
    """Hold the schema of the format against what can be compiled.

    Raises:
        Rejected: the schema says what cannot be compiled.
    """
    asked = format_of(doc)
    if asked is None:
        return
    older = (doc.get("output_config") or {}).get("format") is None
    path = "output_format.schema" if older else "output_config.format.schema"
    schema = asked["schema"]
    reason = check_schema(schema)
    if reason is not None:
        # Style; the real API says of a schema from elsewhere that nothing is fetched.
        raise invalid(f"{path}: JSON schema is invalid: {reason}")
    grammar.add(schema, path)
