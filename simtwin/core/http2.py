"""The error codes of HTTP/2: RFC 9113, 7."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, get_args

ErrorName = Literal[
    "no_error",
    "protocol_error",
    "internal_error",
    "flow_control_error",
    "settings_timeout",
    "stream_closed",
    "frame_size_error",
    "refused_stream",
    "cancel",
    "compression_error",
    "connect_error",
    "enhance_your_calm",
    "inadequate_security",
    "http_1_1_required",
]

#: The number of each name; they stand in order.
ERRORS = MappingProxyType({name: number for number, name in enumerate(get_args(ErrorName))})

NO_ERROR = ERRORS["no_error"]
INTERNAL_ERROR = ERRORS["internal_error"]
REFUSED_STREAM = ERRORS["refused_stream"]
CANCEL = ERRORS["cancel"]
HTTP_1_1_REQUIRED = ERRORS["http_1_1_required"]
