"""TLS as the options of `simtwin serve` want it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from simtwin.core.tls import Certificate
from simtwin.edge.options import Options, OptionsError
from simtwin.edge.tls.certificates import OWN_NAMES, Authority, CertificateError, Given


@attrs.frozen
class Tls:
    """How a server speaks TLS.

    Args:
        certificates: where its certificates come from.
        ca_file: what clients are to trust, None where they trust the certificate already.
    """

    certificates: Authority | Given
    ca_file: Path | None

    def context(self, shown: Certificate) -> ssl.SSLContext:
        """The settings of a server that shows such a certificate."""
        return self.certificates.context(shown)


@contextmanager
def set_up(options: Options) -> Iterator[Tls]:
    """TLS as `options` want it; a file that nobody gave a name is gone after the block.

    Raises:
        OptionsError: it cannot be.
    """
    if options.tls_cert is not None:
        yield Tls(_given(options.tls_cert, options.tls_key), None)
        return
    with TemporaryDirectory(prefix="simtwin-") as folder:
        ca_file = (options.tls_ca or Path(folder, "ca.pem")).absolute()
        yield Tls(_made(_names(options), ca_file), ca_file)


def _given(cert: Path, key: Path | None) -> Given:
    try:
        return Given(cert, key)
    except CertificateError as error:
        raise OptionsError(f"--tls-cert: {error}") from None


def _made(names: tuple[str, ...], ca_file: Path) -> Authority:
    try:
        authority = Authority(names)
    except CertificateError as error:
        raise OptionsError(f"--tls: {error}") from None
    try:
        authority.write(ca_file)
    except CertificateError as error:
        raise OptionsError(f"--tls-ca: {error}") from None
    return authority


def _names(options: Options) -> tuple[str, ...]:
    """What the certificate is for: this machine's own names, and those that are answered to."""
    own = (*OWN_NAMES, options.host, *options.allowed_hosts)
    return tuple(dict.fromkeys(own))
