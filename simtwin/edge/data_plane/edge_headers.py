"""The headers that the edge in front of the API adds to what it answers.

Recorded answers (public test suites, 2024 to August 2026) come through Cloudflare and a Google
front end. The fixed headers are on answers of every status.
"""

from __future__ import annotations

from hashlib import blake2b

Headers = tuple[tuple[str, str], ...]

_FIXED: Headers = (
    ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("x-robots-tag", "none"),
    ("vary", "Accept-Encoding"),
    ("via", "1.1 google"),
    ("cf-cache-status", "DYNAMIC"),
    ("server", "cloudflare"),
)
#: Points of presence of Cloudflare; an edge stays the same as long as the seed does.
_PLACES = ("EWR", "IAD", "SJC", "SEA", "ORD", "FRA", "LHR", "AMS", "CDG", "NRT", "SIN", "SYD")

#: 27 of 309 recorded messages carry `retry-after` although they are 200s.
_TOLD_TO_WAIT, _RECORDED = 27, 309


def edge_headers(request_id: str, seed: int) -> Headers:
    """What the edge adds to an answer; ids that differ have rays that do."""
    ray = blake2b(request_id.encode(), digest_size=8, person=b"ray").hexdigest()
    return (*_FIXED, ("cf-ray", f"{ray}-{_PLACES[seed % len(_PLACES)]}"))


def needless_retry_after(request_id: str, wall: float) -> Headers:
    """The `retry-after` that some messages carry although nothing failed.

    Recorded values are what was left of the minute, in whole seconds: 20 beside a limit that resets
    at 00:56:41, 24 beside 00:56:36, 31 beside 20:26:30.

    Args:
        request_id: decides whether there is one.
        wall: unix time in seconds.
    """
    drawn = int.from_bytes(blake2b(request_id.encode(), digest_size=4, person=b"retry").digest())
    if drawn % _RECORDED >= _TOLD_TO_WAIT:
        return ()
    return (("retry-after", str(60 - int(wall) % 60)),)
