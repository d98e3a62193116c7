"""The fields of a form (multipart/form-data, RFC 7578), as far as an answer depends on them."""

from __future__ import annotations

import re
from typing import Any

#: A boundary has at most 70 characters (RFC 2046, 5.1.1).
_BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'(?<!file)name="([^"\r\n]{1,200})"', re.IGNORECASE)
_FILE = re.compile(rb'filename="([^"\r\n]{0,1000})"', re.IGNORECASE)
#: A text field of the API is a name or a note; what is longer is shown this far.
_LONGEST_TEXT = 4_096
#: "Up to 1,000 files" is more than any upload here takes; what is further on is not looked at.
_MOST_PARTS = 1_000


def form_fields(body: bytes, content_type: str) -> dict[str, Any]:
    """The fields by their names: texts as they are, of files their names; `name[]` is a list.

    What is no form has no fields.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        return {}
    fields: dict[str, Any] = {}
    for part in body.split(b"--" + found[1].encode(), _MOST_PARTS)[1:]:
        head, _, data = part.partition(b"\r\n\r\n")
        name, file = _NAME.search(head), _FILE.search(head)
        if name is None:
            continue
        said = data.removesuffix(b"\r\n") if file is None else file[1]
        text = said[:_LONGEST_TEXT].decode(errors="replace")
        called = name[1].decode(errors="replace")
        if called.endswith("[]"):
            fields.setdefault(called[:-2], []).append(text)
        else:
            fields[called] = text
    return fields
