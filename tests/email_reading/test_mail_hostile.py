"""Mail that attacks: read or refused, in bounded time, and what was cut is said."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from connectors.imap_email.reading import read_mail
from connectors.imap_email.reading.limits import MAX_ATTACHMENTS, MAX_TEXT
from tests.email_reading.house import HOUSE, mail, raw_mail
from ventanilla.errors import BadMessage

HEAD = b"From: a@b.example\nTo: soporte@example.com\nSubject: x\n"
STAFF_HEAD = b"From: luis@example.com\nSubject: Fwd: x\n"
# Ten times what the slowest needs on an idle core: a quadratic reader takes minutes.
SECONDS = 8.0


@contextmanager
def in_bounded_time() -> Iterator[None]:
    started = time.process_time()
    yield
    spent = time.process_time() - started
    assert spent < SECONDS, f"took {spent:.1f} s of processor time"


def parts(boundary: bytes, *contents: bytes) -> bytes:
    body = b"".join(b"--" + boundary + b"\n" + content + b"\n" for content in contents)
    return b"Content-Type: multipart/mixed; boundary=" + boundary + b"\n\n" + body + b"--" + boundary + b"--\n"


def nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\n\nal fondo"
    for level in range(depth):
        inner = parts(b"b%d" % level, inner)
    return HEAD + inner


def nested_mails(depth: int, head: bytes = HEAD) -> bytes:
    inner = head + b"\nal fondo"
    for _ in range(depth):
        inner = head + b"Content-Type: message/rfc822\n\n" + inner
    return inner


HTML = HEAD + b"Content-Type: text/html\n\n"
BOMBS: dict[str, Callable[[], bytes]] = {
    "10,000 parts": lambda: HEAD + parts(b"b", *[b"\nx"] * 10_000),
    "1,000,000 empty parts": lambda: HEAD + parts(b"b", *[b""] * 1_000_000),
    "10,000 attachments": lambda: (
        HEAD + parts(b"b", *[b"Content-Disposition: attachment; filename=a.txt\n\nx"] * 10_000)
    ),
    "2,000 multiparts inside one another": lambda: nested(2000),
    "5,000 mails inside one another": lambda: nested_mails(5000),
    "50 forwards by an agent inside one another": lambda: nested_mails(50, STAFF_HEAD),
    "one boundary for all": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 50_000,
    "a subject of 1 MB": lambda: b"From: a@b.example\nSubject: " + b"a" * 1_000_000 + b"\n\nx",
    "a header of 10 MB of damage": lambda: b"From: a@b.example\n" + b"junk line\n" * 1_000_000 + b"\nx",
    "100,000 header fields": lambda: b"".join(b"X-%d: y\n" % number for number in range(100_000)) + HEAD + b"\nx",
    "150,000 recipients": lambda: b"From: a@b.example\nTo: " + b"x@y.example, " * 150_000 + b"\n\nx",
    "open quotes": lambda: b"From: a@b.example\nTo: " + b'\\"' * 30_000 + b"\n\nx",
    "open brackets": lambda: b"From: a@b.example\nTo: " + b"(<" * 30_000 + b"\n\nx",
    "open encoded words": lambda: b"From: " + b"=?a?q?" * 10_000 + b" <a@b.example>\n\nx",
    "4,000 unknown charsets": lambda: (
        b"From: a@b.example\nSubject: " + b" ".join(b"=?c%d?q?=e1?=" % n for n in range(4000)) + b"\n\nx"
    ),
    "references without end": lambda: b"From: a@b.example\nReferences: " + b"<a@b> <" * 9000 + b"\n\nx",
    "parameters without end": lambda: b"From: a@b.example\nContent-Type: text/plain; " + b'a="b; c=' * 8000 + b"\n\nx",
    "3,000,000 lines that end in a colon": lambda: HEAD + b"\n" + b"a:\n" * 3_000_000,
    "100,000 introductions": lambda: HEAD + b"\n" + b"On 3/11/2025 10:12 a <a@b.example> writes x:\n" * 100_000,
    "500,000 answers between quotes": lambda: HEAD + b"\n" + b"> x\ny\n" * 500_000,
    "a line of dashes": lambda: HEAD + b"\n" + b"-" * 1_000_000,
    "100,000 signatures": lambda: HEAD + b"\n" + b"-- \nx\n" * 100_000,
    "100,000 header blocks": lambda: HEAD + b"\n" + b"De: a@b.example\nEnviado: 3/11/2025 10:12\n" * 100_000,
    "200,000 open tags": lambda: HTML + b"<div>" * 200_000,
    "open tags and stray ends": lambda: HTML + b"<font>" * 100_000 + b"</p>" * 100_000,
    "open tags and stray ends in 100 parts": lambda: (
        HEAD + parts(b"b", *[b"Content-Type: text/html\n\n" + b"<div>" * 9000 + b"</p>" * 9000] * 100)
    ),
    "tables inside tables": lambda: HTML + b"<table><tr><td>" * 60_000,
    "quotes inside quotes": lambda: HTML + b"<blockquote>x" * 30_000,
    "styles without end": lambda: HTML + b'<p style="' + b"display: none " * 70_000 + b'">x',
    "10 MB of encoded text": lambda: HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"aG9sYSA=\n" * 1_000_000,
    "2,000,000 near boundaries": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bX\n" * 2_000_000
    ),
    "a boundary of one dash": lambda: HEAD + b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 3_000_000,
    "190 texts to guess": lambda: (
        HEAD
        + parts(
            b"b", *[b"Content-Type: text/plain; charset=x\n\n" + random.Random(n).randbytes(20_000) for n in range(190)]
        )
    ),
    "200,000 failed recipients": lambda: (
        HEAD
        + b"Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n"
        + b"--r\nContent-Type: message/delivery-status\n\n"
        + b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * 200_000
    ),
    "a bounce in prose without end": lambda: (
        b"Return-Path: <>\nFrom: mailer-daemon@x.example\nSubject: failure notice\n\nuser unknown\n"
        + b"a@b.example\n" * 100_000
    ),
    "an invitation without end": lambda: (
        HEAD + b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b"SUMMARY;\n" * 100_000
    ),
    "flowed without end": lambda: HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b">x \n>>x \n" * 200_000,
    "random bytes": lambda: HEAD + b"\n" + random.Random(1).randbytes(2_000_000),
    "random bytes as HTML": lambda: HTML + random.Random(2).randbytes(2_000_000),
    "wrong half characters": lambda: HEAD + b"Content-Type: text/plain; charset=utf-16\n\n" + b"\x00\xd8" * 500_000,
}


@pytest.mark.fault(15)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_bounded_time(name: str) -> None:
    with in_bounded_time():
        message = read_mail(BOMBS[name](), HOUSE)

    assert len(message.text) <= MAX_TEXT + 1000
    assert len(message.attachments) <= MAX_ATTACHMENTS
    assert len(message.subject) <= 1000


def test_what_was_cut_is_said() -> None:
    long_text = read_mail(HEAD + b"\n" + b"palabra " * 100_000, HOUSE)
    many_parts = read_mail(BOMBS["10,000 parts"](), HOUSE)
    many_files = read_mail(BOMBS["10,000 attachments"](), HOUSE)

    assert long_text.text.endswith("characters kept; the original mail has the rest]")
    assert "[cut here: too many parts" in many_parts.text
    assert "[cut here: 250 of 1,000 attachments kept" in many_files.text


@pytest.mark.fault(15)
def test_fifty_nested_mails_are_one_attachment() -> None:
    raw = nested_mails(50)

    (attachment,) = read_mail(raw, HOUSE).attachments

    assert attachment.content_type == "message/rfc822"
    assert len(attachment.content) > 49 * len(HEAD)


@pytest.mark.fault(15)
def test_the_sender_is_found_behind_a_megabyte_of_header() -> None:
    raw = b"X-Relleno: " + b"a" * 1_000_000 + b"\n" + HEAD + b"\nHola"

    assert read_mail(raw, HOUSE).author.address == "a@b.example"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\r\n\r\n", b"\0" * 1000, b"no header here", b"\n\nbody", b"PK\x03\x04" + b"x" * 100, bytes(range(256))],
)
def test_what_is_no_mail_is_refused_with_a_plain_reason(raw: bytes) -> None:
    with pytest.raises(BadMessage, match=r"this (mail is empty|is no mail)"):
        read_mail(raw, HOUSE)


@pytest.mark.fault(15)
def test_a_forged_agent_is_still_only_who_the_header_says() -> None:
    message = mail(
        "Soy Luis", from_="Luis <luis@example.com>", authentication_results="mx.example.com; dmarc=fail (p=reject)"
    )

    assert message.screening.reason == "spam: dmarc=fail"


@pytest.mark.fault(15)
def test_scripts_never_reach_the_text() -> None:
    html = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>pulse</a><iframe src=x>no</iframe>"

    assert mail(html, content_type="text/html").text == "pulse"


def test_reading_is_pure() -> None:
    raw = raw_mail("Hola", message_id="<a@b>")

    assert read_mail(raw, HOUSE) == read_mail(raw, HOUSE)
