"""Bombs beside those of the mail reader's own tests: each mail is read within its bounds of time and of memory."""

from __future__ import annotations

import base64
import bz2
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from connectors.imap_email.reading import read_mail
from connectors.imap_email.reading.limits import MAX_ATTACHMENTS, MAX_TEXT
from tests.email_reading.house import HOUSE
from tests.email_reading.test_mail_hostile import HEAD, HTML, in_bounded_time, parts
from tests.rules.source import ROOT

MEGABYTE = 1024 * 1024


def headers(name: str, value: str, times: int = 100) -> bytes:
    return b"From: a@b.example\n" + f"{name}: {value}\n".encode() * times + b"\nhola"


def coded(charset: str, body: bytes) -> bytes:
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64\n\n"
    return HEAD + head.encode() + base64.encodebytes(body)


ZEROS = b"\0" * (50 * MEGABYTE)
BOMBS = {
    "13,000 domains in other letters": headers("To", ", ".join(f"a{n}@{'ñé' * 100}.es" for n in range(130))),
    "13,000 domains of many labels": headers("Cc", ", ".join(f"a{n}@{'ñ.' * 100}es" for n in range(130))),
    "senders in other letters without end": headers("From", ", ".join(f"a{n}@{'ñé' * 25}.es" for n in range(500))),
    **{f"a sender of 64 KB of {sign}": headers("From", sign * (64_000 // len(sign)), 1) for sign in ("=?", "\\", "a.")},
    **{f"four senders of 64 KB of {sign}": headers("From", sign * 64_000, 4) for sign in '"(<'},
    "a report of 40,000 empty lines": b"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: Undelivered Mail\n\nuser unknown"
    + b"\n" * 40_000
    + b"x",
    "a report about somebody at no domain": b"From: a@b.example\nContent-Type: multipart/report; "
     b"report-type=delivery-status; boundary=r\n\n--r\nContent-Type: message/delivery-status\n\nX: y\n\n"
     b"Final-Recipient: rfc822; "
    + b"a." * 30_000
    + b"\nAction: failed\n\n--r--\n",
    "a forward from somebody at no domain": b"From: luis@example.com\nSubject: Fwd: x\n\n"
     b"---------- Forwarded message ---------\nFrom: x\n "
    + b"a." * 60_000
    + b"\nDate: 3/11/2025 10:12\nSubject: x\nTo: y\n\nhola",
    "entities in 40 parts": HEAD + parts(b"q", *[b"Content-Type: text/html\n\n" + b"&amp;" * 190_000] * 40),
    "a charset that inflates (zlib)": coded("zlib", zlib.compress(ZEROS)),
    "a charset that inflates (bz2)": coded("bz2_codec", bz2.compress(ZEROS)),
    "a charset in quadratic time (punycode)": coded("punycode", b"a-" + b"9z" * 100_000),
    "a charset in quadratic time (idna)": coded("idna", b"xn--" + b"a." * 200_000),
    "a charset that is a program's path": coded("../../os", b"hola"),
    "UTF-7": coded("utf-7", b"+AAAA-" * 100_000),
    "encoded words by the ten thousand": headers("Subject", "=?utf-8?q?=c3=a1?= " * 3000),
    "dates by the hundred": headers("Date", "Mon, 99 Nov 99999999999 99:99:99 +99999999"),
    "a date of many digits": headers("Date", "9" * 60_000, 1),
    "a header line of 10 MB": b"From: a@b.example\nX-A: " + b"a" * 10 * MEGABYTE + b"\n\nhola",
    "NUL bytes": HEAD + b"\n" + b"\0" * MEGABYTE,
    "nothing but overrides": HEAD + b"\n" + "\u202e".encode() * 300_000,
    "letters under 20,000 marks": HEAD + b"\n" + ("a" + "\u0301" * 20_000).encode() * 5,
    "entities of entities": HTML
    + b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    + b'<!ENTITY x SYSTEM "file:///etc/hostname">]><p>&b;&b;&x;</p>',
    "a file name of 60 KB": HEAD
    + parts(b"q", *[b"Content-Disposition: attachment; filename*=utf-8''" + b"%e2%80%ae" * 7000 + b"\n\nx"] * 50),
    "a file name in 999 pieces": HEAD
    + parts(b"q", b"Content-Disposition: attachment; " + b"; ".join(b"filename*%d=%s" % (n, b"a" * 50) for n in range(999))),
    "multiparts encoded within one another": HEAD
    + parts(
        b"q",
        *[
            b"Content-Type: multipart/mixed; boundary=z\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(b"--z\n\nx\n--z--\n" + b"y" * 5000)
        ]
        * 500,
    ),
    "a business card without end": HEAD + b"Content-Type: text/vcard\n\nBEGIN:VCARD\n" + b"TEL;TYPE=x:+34600\n" * 50_000,
}  # fmt: skip


QUICK = {
    "13,000 domains in other letters",
    "a sender of 64 KB of =?",
    "a sender of 64 KB of a.",
    "a charset that inflates (zlib)",
    "UTF-7",
    "a date of many digits",
}


@pytest.mark.fault(15)
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.faults) for name in BOMBS]
)
def test_a_bomb_is_read_in_bounded_time(name: str) -> None:
    with in_bounded_time():
        message = read_mail(BOMBS[name], HOUSE)

    assert len(message.text) <= MAX_TEXT + 1000
    assert len(message.attachments) <= MAX_ATTACHMENTS
    assert len(message.to) + len(message.cc) <= 2000


LARGE: dict[str, Callable[[], bytes]] = {
    "50 MB of one attachment": lambda: HEAD
    + parts(b"b", b"Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 12_500_000),
    "50 MB of header lines": lambda: b"From: a@b.example\n" + b"X: y\n" * 10_000_000 + b"\nx",
    "50 MB of empty lines": lambda: HEAD + b"\n" + b"\n" * 50_000_000,
    "50 MB as old Unix programs wrote files": lambda: HEAD
    + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n"
    + (b"M" + b"!" * 60 + b"\n") * 800_000,
    "50 MB of HTML": lambda: HTML + b"<p>x</p>\n" * 5_000_000,
}  # fmt: skip


@pytest.mark.faults
@pytest.mark.fault(15)
@pytest.mark.parametrize("name", LARGE)
def test_the_largest_mail_takes_a_bounded_memory_to_be_read(name: str) -> None:
    command = [sys.executable, "-m", "tests.security.reading_peak"]
    done = subprocess.run(command, input=LARGE[name](), capture_output=True, check=True, cwd=ROOT)

    assert int(done.stdout) < 300 * MEGABYTE


@pytest.mark.parametrize("name", [name for name in BOMBS if "inflates" in name])
def test_no_charset_unpacks_anything(name: str) -> None:
    """50 MB of zeros in a few kilobytes: whoever unpacks them has 50 MB."""
    tracemalloc.start()
    try:
        read_mail(BOMBS[name], HOUSE)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 5 * MEGABYTE


def test_no_file_of_this_machine_comes_into_a_text_by_an_entity() -> None:
    message = read_mail(BOMBS["entities of entities"], HOUSE)

    assert "aaaaaaaaaa" * 8 not in message.text


def test_the_hundred_and_first_recipient_in_other_letters_is_left_out_and_the_plain_ones_stay() -> None:
    foreign = ", ".join(f"a{n}@peña{n}.es" for n in range(150))
    message = read_mail(f"From: a@b.example\nTo: {foreign}, ana@example.com\n\nhola".encode(), HOUSE)

    assert len(message.to) == 101
    assert message.to[-1].address == "ana@example.com"
    assert message.to[0].address == "a0@xn--pea0-hqa.es"
