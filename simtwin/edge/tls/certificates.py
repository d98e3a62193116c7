"""Certificates: given ones, and those of an authority that is made for one run.

Making them takes `trustme`, which is an extra: `pip install 'anthropic-simtwin[tls]'`.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simtwin.core.tls import Certificate

if TYPE_CHECKING:
    import trustme

#: What this machine calls itself.
OWN_NAMES = ("localhost", "127.0.0.1", "::1")
#: A name that no client asks for: `.invalid` never is one (RFC 6761, 6.4).
ELSEWHERE = "elsewhere.invalid"
#: The first line of a file that we wrote, and may write again.
_OURS = "# simtwin: the authority of its self-signed certificates, made anew in every run\n"


class CertificateError(Exception):
    """There is no such certificate, or it cannot be used."""


class Given:
    """A certificate that the user has.

    Args:
        cert: a PEM file with the certificate, and those between it and its authority.
        key: a PEM file with its private key, None where that is in `cert` too.

    Raises:
        CertificateError: they cannot be read, or do not belong together.
    """

    def __init__(self, cert: Path, key: Path | None) -> None:
        self._bad: Authority | None = None
        self._context = server_context()
        try:
            # A key that wants a password would be asked for at the terminal; ours is empty.
            self._context.load_cert_chain(cert, key, password="")
        except ssl.SSLError as error:
            reason = (error.reason or "it is no PEM").replace("_", " ").lower()
            raise CertificateError(f"{_named(cert, key)}: {reason}") from None
        except OSError as error:
            raise CertificateError(f"{_named(cert, key)}: {error.strerror}") from None

    def context(self, shown: Certificate = "good") -> ssl.SSLContext:
        """The settings of a server that shows it, or a bad one of an authority that nobody knows.

        Raises:
            CertificateError: what makes bad ones is not installed.
        """
        if shown == "good":
            return self._context
        if self._bad is None:
            self._bad = Authority(OWN_NAMES)
        return self._bad.context(shown)


class Authority:
    """An authority of our own, and the certificates that it issues.

    Args:
        names: host names and IP addresses that the good one is for.

    Raises:
        CertificateError: what makes certificates is not installed, or a name cannot be one.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._trustme = _trustme()
        self._names = names
        self._trusted = self._trustme.CA(organization_name="simtwin")
        self._contexts: dict[Certificate, ssl.SSLContext] = {}
        try:
            self.context()
        except ValueError as error:
            raise CertificateError(f"no certificate for {', '.join(names)}: {error}") from None

    def context(self, shown: Certificate = "good") -> ssl.SSLContext:
        """The settings of a server that shows the certificate `shown`; it is made once."""
        if shown not in self._contexts:
            context = server_context()
            self._issue(shown).configure_cert(context)
            self._contexts[shown] = context
        return self._contexts[shown]

    def write(self, path: Path) -> None:
        """Write the file of what clients are to trust.

        Raises:
            CertificateError: it cannot be written, or is there and not ours.
        """
        try:
            if path.exists() and not path.read_bytes().startswith(_OURS.encode()):
                raise CertificateError(f"{path} is there, and was not written by simtwin")
            text = self._trusted.cert_pem.bytes().decode("ascii")
            path.write_text(_OURS + text, encoding="ascii")
        except OSError as error:
            raise CertificateError(f"{path} cannot be written: {error.strerror}") from None

    def _issue(self, shown: Certificate) -> trustme.LeafCert:
        match shown:
            case "good":
                return _issue(self._trusted, self._names)
            case "wrong_host":
                return _issue(self._trusted, (ELSEWHERE,))
            case "unknown_ca":
                stranger = self._trustme.CA(organization_name="nobody that you know")
                return _issue(stranger, self._names)
            case "expired":
                return _issue(self._trusted, self._names, ends=timedelta(days=-1))


def _issue(
    authority: trustme.CA, names: tuple[str, ...], ends: timedelta = timedelta(days=90)
) -> trustme.LeafCert:
    """A certificate that ends `ends` from now; a good one began yesterday, as clocks differ."""
    end = datetime.now(UTC) + ends
    return authority.issue_cert(
        *names, not_before=end - timedelta(days=91), not_after=end, common_name=names[0]
    )


def server_context() -> ssl.SSLContext:
    """The settings of a server without a certificate: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # HTTP/2 forbids both (RFC 9113, 9.2.1), and a `Session` expects neither.
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def _named(cert: Path, key: Path | None) -> str:
    return str(cert) if key is None else f"{cert} with {key}"


def _trustme() -> Any:
    try:
        import trustme  # noqa: PLC0415  # an extra, and 60 ms of cryptography
    except ImportError:
        raise CertificateError(
            "making certificates needs trustme: pip install 'anthropic-simtwin[tls]', "
            "or give --tls-cert and --tls-key"
        ) from None
    return trustme
