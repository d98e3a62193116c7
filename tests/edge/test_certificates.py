"""Certificates: those that are made, those that are given, and the file of what to trust."""

from __future__ import annotations

import builtins
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from certified import authority, trusting

from simtwin.core.tls import Certificate
from simtwin.edge.tls.certificates import Authority, CertificateError, Given


def shaken(server: ssl.SSLContext, client: ssl.SSLContext, host: str = "localhost") -> None:
    """A handshake of the two; it raises what the client makes of the certificate."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    theirs = client.wrap_bio(to_client, to_server, server_hostname=host)
    ours = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (theirs, ours):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_good_certificate_is_trusted_under_each_of_its_names(host: str) -> None:
    shaken(authority().context(), trusting(), host)


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        ("expired", "certificate has expired"),
        ("wrong_host", "Hostname mismatch"),
        ("unknown_ca", "unable to get local issuer certificate"),
    ],
)
def test_a_bad_certificate_is_bad_in_one_way(shown: Certificate, reason: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as raised:
        shaken(authority().context(shown), trusting())

    assert reason in raised.value.verify_message


def test_no_certificate_is_made_twice() -> None:
    assert authority().context("expired") is authority().context("expired")


def test_a_given_certificate_is_shown(tmp_path: Path) -> None:
    other = trustme.CA()
    leaf = other.issue_cert("localhost")
    cert, key, ca = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    leaf.cert_chain_pems[0].write_to_path(cert)
    leaf.private_key_pem.write_to_path(key)
    other.cert_pem.write_to_path(ca)

    shaken(Given(cert, key).context(), ssl.create_default_context(cafile=ca))


def test_a_given_certificate_may_bring_its_key_along(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    leaf = trustme.CA().issue_cert("localhost")
    leaf.private_key_and_cert_chain_pem.write_to_path(both)

    Given(both, None)


def test_beside_a_given_certificate_bad_ones_are_of_nobody(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(both)

    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        shaken(Given(both, None).context("expired"), trusting())


def test_what_cannot_be_given_is_named(tmp_path: Path) -> None:
    leaf = trustme.CA().issue_cert("localhost")
    cert, other, text = tmp_path / "cert.pem", tmp_path / "other.pem", tmp_path / "text"
    leaf.cert_chain_pems[0].write_to_path(cert)
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(other)
    text.write_text("nothing")

    with pytest.raises(CertificateError, match=r"missing.pem: No such file"):
        Given(tmp_path / "missing.pem", None)
    with pytest.raises(CertificateError, match=r"key values mismatch"):
        Given(cert, other)
    with pytest.raises(CertificateError, match=rf"{text}: "):
        Given(text, None)


def test_the_file_of_what_to_trust_is_written_again_and_over_nothing_else(tmp_path: Path) -> None:
    own, theirs = tmp_path / "ca.pem", tmp_path / "system.pem"
    theirs.write_text("-----BEGIN CERTIFICATE-----")

    authority().write(own)
    Authority(("localhost",)).write(own)
    with pytest.raises(CertificateError, match="was not written by simtwin"):
        authority().write(theirs)
    with pytest.raises(CertificateError, match="cannot be written"):
        authority().write(tmp_path / "missing" / "ca.pem")

    assert ssl.create_default_context(cafile=own).get_ca_certs()
    assert theirs.read_text() == "-----BEGIN CERTIFICATE-----"


def test_a_name_that_none_can_have_is_named() -> None:
    with pytest.raises(CertificateError, match="no certificate for a b"):
        Authority(("a b",))


def test_without_what_makes_certificates_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "trustme":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(CertificateError) as raised:
        Authority(("localhost",))

    assert "pip install 'anthropic-simtwin[tls]'" in str(raised.value)
    assert "\n" not in str(raised.value)
