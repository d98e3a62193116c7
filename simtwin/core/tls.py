"""What TLS can be other than it should be."""

from __future__ import annotations

from typing import Literal, get_args

import attrs

from simtwin.core import bounds
from simtwin.core.fault import SettingsError

#: Which certificate a client is shown.
Certificate = Literal["good", "expired", "wrong_host", "unknown_ca"]
Handshake = Literal["whole", "close", "reset", "stall"]


@attrs.frozen
class Tls:
    """Meet a client's TLS in another way than the port does.

    Args:
        certificate: which one is shown.
        handshake: what comes of the client's first word: the whole handshake, a FIN, an RST, or
            silence.
        seconds: until a FIN ends that silence (s); None is for ever.
        spoken: whether TLS is spoken at all; None is as the port does.
    """

    certificate: Certificate = attrs.field(
        default="good", validator=bounds.one_of(get_args(Certificate))
    )
    handshake: Handshake = attrs.field(
        default="whole", validator=bounds.one_of(get_args(Handshake))
    )
    seconds: float | None = attrs.field(default=None, validator=bounds.from_zero)
    spoken: bool | None = attrs.field(default=None, validator=bounds.truth)

    def __attrs_post_init__(self) -> None:
        if self.seconds is not None and self.handshake != "stall":
            raise SettingsError('is how long handshake = "stall" lasts', "seconds")
        given = (self.certificate != "good", self.handshake != "whole", self.spoken is not None)
        if sum(given) != 1:
            raise SettingsError("takes one of certificate, handshake and spoken")
