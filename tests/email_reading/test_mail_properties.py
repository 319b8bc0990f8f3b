"""Any bytes are read or refused; whatever the standard library writes is read back exactly."""

from __future__ import annotations

import json
import string
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.imap_email.parse import message_object
from connectors.imap_email.reading import read_mail
from connectors.imap_email.reading.message import _read
from tests.email_reading.house import HOUSE, MAILS
from ventanilla.channel import Message
from ventanilla.errors import BadMessage

SAMPLES = [path.read_bytes() for path in sorted(MAILS.glob("*.eml"))]
FRAGMENTS = [
    b"\n", b"\r\n", b"\r", b"\n\n", b"--", b'"', b"<", b">", b"(", b";", b"=", b"=?", b"?=", b"=?utf-8?b?w6", b"\0", b"\xff\xfe",
    b"\xe2\x80\xae", b"\x1b$B", b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Transfer-Encoding: base64\n",
    b"Content-Type: text/html; charset=utf-16\n", b"charset=iso-2022-kr", b"charset=hz", b"charset=utf-32", b"--x--",
    b"From: luis@example.com\n", b"Subject: Fwd: ", b"De: ", b"> ", b"-- \n", b"name*0*=utf-8''%c3;name*1*=%b1", b"@", b":",
    b"Content-Type: message/rfc822\n\n", b"<blockquote>", b"<!--", b"&#",
]  # fmt: skip
SLOW = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

# Words that a person writes: no controls, no marks of quoting or signatures, no blanks at the ends.
LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters=">-_=*—–#:|")
WORDS = st.text(LETTERS, min_size=1, max_size=12)
LINES = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
TEXTS = st.lists(LINES, min_size=1, max_size=6).map("\n".join)
NAMES = (
    st.text(st.sampled_from(string.ascii_letters + "áéíóúñÑçü你и €"), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
FILENAMES = st.text(st.sampled_from(string.ascii_letters + string.digits + "áñ你и_"), min_size=1, max_size=40).map(
    "f{}.pdf".format  # a device's name, such as NUL.pdf, would get a mark
)
CHARSETS = st.sampled_from(["utf-8", "iso-8859-1", "iso-8859-15", "koi8-r"])


def check(raw: bytes) -> None:
    """Read without the net of `read_mail`, so that a parser's own error shows; then every promise of a Message."""
    try:
        message = _read(raw, HOUSE, 3)
    except BadMessage:
        return
    keeps_its_promises(message)


def keeps_its_promises(message: Message) -> None:
    texts = [message.subject, message.text, message.reply_text, message.html or ""]
    printed = json.dumps(message_object(message), ensure_ascii=False)
    assert printed.encode()
    assert "\\u0000" not in printed.replace("\\\\", "")
    assert not any("\0" in text for text in texts)
    assert "\n" not in message.subject
    assert bool(message.reply_text.strip()) >= bool(message.text.strip())
    assert message.sent_at is None or message.sent_at.utcoffset() is not None
    for attachment in message.attachments:
        assert attachment.filename.strip(". ")
        assert not set(attachment.filename) & set("/\\\0\r\n\u202e")
    for party in (message.author, message.customer, *message.to, *message.cc, *message.reply_to):
        assert "\n" not in party.address + party.name
        assert party.address == party.address.lower()


@SLOW
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    check(raw)


@SLOW
@given(st.binary(max_size=500), st.binary(max_size=500))
def test_any_header_and_body_are_read_or_refused(header: bytes, body: bytes) -> None:
    check(b"From: a@b.example\nSubject: " + header + b"\nContent-Type: " + header + b"\n\n" + body)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample mail with a few bytes replaced, cut, doubled or inserted."""
    raw = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 12))):
        at = draw(st.integers(0, len(raw)))
        width = draw(st.sampled_from([0, 1, 5, 60, 700]))
        raw[at : at + width] = draw(
            st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=8), st.just(bytes(raw[at : at + 300])))
        )
    return bytes(raw)


@settings(SLOW, max_examples=300)
@given(mutated())
def test_damaged_mails_are_read_or_refused(raw: bytes) -> None:
    check(raw)


@SLOW
@given(NAMES, LINES, TEXTS, CHARSETS, st.sampled_from(["base64", "quoted-printable", "8bit"]))
def test_what_the_standard_library_writes_is_read_back(
    name: str, subject: str, text: str, charset: str, encoding: str
) -> None:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        charset = "utf-8"
    written = EmailMessage(policy=SMTP.clone(utf8=False))
    written["From"] = f'"{name}" <ana@example.net>' if name.isascii() else name_header(name)
    written["To"] = "soporte@example.com"
    written["Subject"] = subject
    written.set_content(text, charset=charset, cte=encoding)

    message = read_mail(written.as_bytes(), HOUSE)

    assert message.text == text
    assert message.reply_text == text
    assert "".join(message.subject.split()) == "".join(subject.split())
    assert message.author.address == "ana@example.net"
    assert "".join(message.author.name.split()) == "".join(name.split())


def name_header(name: str) -> str:
    return str(Address(display_name=name, addr_spec="ana@example.net"))


@SLOW
@given(TEXTS, TEXTS, st.lists(st.tuples(FILENAMES, st.binary(max_size=400)), max_size=4), st.booleans())
def test_trees_of_parts_are_read_back(
    text: str, html_text: str, files: list[tuple[str, bytes]], with_html: bool
) -> None:
    written = EmailMessage(policy=SMTP)
    written["From"] = "ana@example.net"
    written["Subject"] = "x"
    written.set_content(text)
    if with_html:
        written.add_alternative(f"<p>{len(html_text)}</p>", subtype="html")
    for name, content in files:
        written.add_attachment(content, maintype="application", subtype="pdf", filename=name)

    message = read_mail(written.as_bytes(), HOUSE)

    assert message.text == text
    assert (message.html or "").strip() == (f"<p>{len(html_text)}</p>" if with_html else "")
    assert [(each.filename, each.content) for each in message.attachments] == files
