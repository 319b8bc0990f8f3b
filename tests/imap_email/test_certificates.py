"""The dates of a certificate are read from its bytes, and nonsense is no certificate."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.imap_email.certificates import read_validity
from tests.servers.certificates import make_certificate
from tests.servers.needs import need_program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somewhere to make certificates."""
    need_program("openssl", package="openssl")
    return tmp_path


def _der(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text())


def test_an_expired_one_is_read(folder: Path) -> None:
    validity = read_validity(_der(make_certificate(folder, expired=True).cert))

    assert validity is not None
    assert validity.begins == datetime(2020, 1, 1, tzinfo=UTC)
    assert validity.ends == datetime(2020, 2, 1, tzinfo=UTC)


def test_one_of_today_is_read(folder: Path) -> None:
    certificate = make_certificate(folder)
    for path in (certificate.cert, certificate.ca):
        validity = read_validity(_der(path))

        assert validity is not None
        assert abs(validity.ends - validity.begins - timedelta(days=30)) < timedelta(minutes=1)
        assert abs(validity.begins - datetime.now(UTC)) < timedelta(minutes=1)


@given(st.binary(max_size=200))
def test_anything_else_is_none_of_it(junk: bytes) -> None:
    assert read_validity(junk) is None


def test_a_cut_off_one_is_read_right_or_not_at_all(folder: Path) -> None:
    whole = _der(make_certificate(folder).cert)

    read = {read_validity(whole[:end]) for end in range(len(whole))}

    assert read == {None, read_validity(whole)}
