"""The `anthropic-version` header."""

from __future__ import annotations

import pytest

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.version import NEWER, OLDER, resolve


@pytest.mark.parametrize(
    ("header", "edition"),
    [
        ("2023-06-01", OLDER),
        ("2026-10-21", NEWER),
        ("2023-01-01", OLDER),
        ("2019-12-31", OLDER),
        ("2026-10-20", OLDER),
        ("2026-10-22", NEWER),
        ("2027-01-01", NEWER),
        ("2027-13-01", OLDER),
        ("latest", OLDER),
        ("", OLDER),
        ("9999", OLDER),
    ],
)
def test_a_version_is_the_latest_edition_not_after_it(header: str, edition: str) -> None:
    assert resolve(header, strict=False) == edition


@pytest.mark.parametrize("strict", [False, True])
def test_a_missing_version_is_the_real_400(strict: bool) -> None:
    with pytest.raises(Rejected) as caught:
        resolve(None, strict=strict)

    assert caught.value.error == ApiError.of(400, "anthropic-version: header is required")


@pytest.mark.parametrize("header", ["2023-10-01", "latest", "2023-06-01, 2023-06-01"])
def test_a_strict_twin_takes_published_versions_only(header: str) -> None:
    with pytest.raises(Rejected) as caught:
        resolve(header, strict=True)

    assert caught.value.error.message == f'anthropic-version: "{header}" is not a valid version'


@pytest.mark.parametrize("header", ["2023-01-01", "2023-06-01", "2026-10-21"])
def test_a_strict_twin_takes_every_published_version(header: str) -> None:
    assert resolve(header, strict=True) == resolve(header, strict=False)
