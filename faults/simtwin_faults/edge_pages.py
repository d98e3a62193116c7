"""What the edge in front of the API says where the API itself does not get to speak.

Cloudflare's pages and its problem document, in the structure that clients of the API have reported:
the short page in claude-code#6781 (504, 2025-08), the long one in #3197 (520, 2025-07) and #16737
(524, 2026-01), the document in #67341 (522, 2026-06), the challenge in LibreChat#228.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import msgspec

HOST = "api.anthropic.com"

#: What Cloudflare calls a failure, and what it says of it.
_FAILURES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        500: ("Internal server error", "There is an internal server error on Cloudflare's network"),
        502: ("Bad gateway", "The web server reported a bad gateway error"),
        503: ("Service unavailable", "The web server is temporarily unable to answer"),
        504: ("Gateway time-out", "The web server reported a gateway time-out error"),
        520: (
            "Web server is returning an unknown error",
            "There is an unknown connection issue between Cloudflare and the origin web server",
        ),
        521: ("Web server is down", "The web server is not returning a connection"),
        522: (
            "Connection timed out",
            "The initial connection between Cloudflare's network and the origin timed out",
        ),
        523: ("Origin is unreachable", "The origin web server is not reachable"),
        524: ("A timeout occurred", "The origin web server timed out responding to this request"),
        525: ("SSL handshake failed", "Cloudflare is unable to establish an SSL connection"),
        526: ("Invalid SSL certificate", "The origin web server has no valid SSL certificate"),
    }
)

_SHORT = """\
<html>\r
<head><title>{status} {phrase}</title></head>\r
<body>\r
<center><h1>{status} {phrase}</h1></center>\r
<hr><center>cloudflare</center>\r
</body>\r
</html>\r
"""

_LONG = """\
<!DOCTYPE html>
<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->
<!--[if gt IE 8]><!--> <html class="no-js" lang="en-US"> <!--<![endif]-->
<head>
<title>{host} | {status}: {name}</title>
<meta charset="UTF-8" />
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<meta name="robots" content="noindex, nofollow" />
<meta name="viewport" content="width=device-width,initial-scale=1" />
<link rel="stylesheet" id="cf_styles-css" href="/cdn-cgi/styles/main.css" />
</head>
<body>
<div id="cf-wrapper">
  <div id="cf-error-details" class="p-0">
    <header class="mx-auto pt-10 lg:pt-6 lg:px-8 w-240 lg:w-full mb-8">
      <h1 class="inline-block font-light text-60 text-black-dark leading-tight mr-2">
        <span class="inline-block">{name}</span>
        <span class="code-label">Error code {status}</span>
      </h1>
      <div class="mt-3">{time} UTC</div>
    </header>
    <div class="w-240 lg:w-full mx-auto mb-8 lg:px-8">
      <h2 class="text-3xl font-normal leading-1.3 mb-4">What happened?</h2>
      <p>{words}.</p>
      <h2 class="text-3xl font-normal leading-1.3 mb-4">What can I do?</h2>
      <p>Please try again in a few minutes.</p>
    </div>
    <div class="cf-error-footer cf-wrapper w-240 lg:w-full py-10 text-center mx-auto">
      <span class="cf-footer-item">Cloudflare Ray ID: <strong>{ray}</strong></span>
      <span class="cf-footer-item"><span>Performance &amp; security by</span> Cloudflare</span>
    </div>
  </div>
</div>
</body>
</html>
"""

_CHALLENGE = """\
<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>\
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">\
<meta name="robots" content="noindex,nofollow">\
<meta name="viewport" content="width=device-width,initial-scale=1"></head>\
<body class="no-js"><div class="main-wrapper" role="main"><div class="main-content"><noscript>\
<div class="h2"><span id="challenge-error-text">Enable JavaScript and cookies to continue</span>\
</div></noscript></div></div><script>(function(){{window._cf_chl_opt={{cvId:'3',cZone:"{host}",\
cType:'managed',cRay:'{ray}',cH:'{proof}'}};}}());</script></body></html>
"""


def short(status: int) -> bytes:
    """Five lines under the status's own phrase, as the edge's proxies write them."""
    return _SHORT.format(status=status, phrase=_phrase(status)).encode()


def long(status: int, ray: str, date: str | None) -> bytes:
    """The page with a headline for people, and the ray to ask support about."""
    name, words = _failure(status)
    time = _moment(date).strftime("%Y-%m-%d %H:%M:%S")
    page = _LONG.format(status=status, name=name, words=words, host=HOST, time=time, ray=ray)
    return page.encode()


def challenge(ray: str, proof: str) -> bytes:
    """The page that asks a browser to prove that it is one."""
    return _CHALLENGE.format(host=HOST, ray=ray, proof=proof).encode()


def problem(status: int, ray: str, date: str | None) -> bytes:
    """The JSON document that clients get who accept JSON rather than HTML."""
    name, words = _failure(status)
    doc: dict[str, Any] = {
        "type": "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/"
        f"cloudflare-5xx-errors/error-{status}/",
        "title": f"Error {status}: {name}",
        "status": status,
        "detail": f"{words}.",
        "instance": ray,
        "error_code": status,
        "error_name": name.lower().replace(" ", "_"),
        "error_category": "origin",
        "ray_id": ray,
        "timestamp": _moment(date).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "zone": HOST,
        "cloudflare_error": True,
        "retryable": True,
        "retry_after": 120,
        "owner_action_required": True,
    }
    return msgspec.json.encode(doc)


def _failure(status: int) -> tuple[str, str]:
    phrase = _phrase(status)
    return _FAILURES.get(status, (phrase, f"The web server answered {status} {phrase}"))


def _phrase(status: int) -> str:
    # As nginx, which wrote these pages, spells the only phrase that it has for itself.
    if status == 504:
        return "Gateway Time-out"
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return _FAILURES[status][0] if status in _FAILURES else "Error"


def _moment(date: str | None) -> datetime:
    # An answer of the twin always has a date; a plan made by hand may not.
    return parsedate_to_datetime(date) if date else datetime.fromtimestamp(0, UTC)
