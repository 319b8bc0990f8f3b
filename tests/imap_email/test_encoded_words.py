"""What stands in a header is what was written, in words and lines as short as mail carries them."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.imap_email.encoded_words import encoded, field_value, is_plain
from connectors.imap_email.plain_part import plain_part

NAMES = st.sampled_from(["To", "From", "Subject", "X-Ventanilla-Something-Quite-Long", "X-" + "n" * 80])
ANYTHING = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
TEXTS = st.text(ANYTHING, max_size=300).map(str.strip)
PLAIN = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=400).map(str.strip)
WORD = re.compile(r"=\?utf-8\?b\?[A-Za-z0-9+/]+=*\?=")


def read(name: str, value: str) -> str:
    """The value as a mail program shows it."""
    mail = BytesParser(policy=default).parsebytes(f"{name}: {value}\r\n\r\n".encode("ascii"))
    assert mail.keys() == [name]
    return str(mail[name])


@settings(max_examples=40)
@given(NAMES, st.one_of(TEXTS, PLAIN))
@example("Subject", "\N{PARTY POPPER}" * 200)
@example("Subject", "a" + "ñ" * 500)
@example("Subject", "")
@example("Subject", "a" + " " * 200 + "b")
@example("Subject", "=?utf-8?q?gratis?=")
def test_what_is_read_is_what_was_written(name: str, value: str) -> None:
    written = field_value(name, value)

    assert str(make_header(decode_header(written.replace("\r\n", "")))) == value
    if name not in ("From", "To"):  # those are addresses
        assert read(name, written) == value


@settings(max_examples=40)
@given(NAMES, TEXTS)
def test_every_word_is_short_and_decodes_alone(name: str, value: str) -> None:
    words = encoded(name, value).split("\r\n ")

    assert all(WORD.fullmatch(word) and len(word) <= 75 for word in words if word)
    assert "".join(str(make_header(decode_header(word))) for word in words) == value


@settings(max_examples=40)
@given(NAMES, st.one_of(TEXTS, PLAIN))
def test_lines_are_short_where_there_is_a_place_to_break_them(name: str, value: str) -> None:
    first, *others = field_value(name, value).split("\r\n")

    assert all(len(line) <= 76 and line.startswith(" ") and line.strip() for line in others)
    has_room = len(name) < 50
    long_word = is_plain(value) and len(value.split(" ")[0]) + len(name) + 2 > 76
    assert len(f"{name}: {first}") <= 76 or long_word or not has_room


@settings(max_examples=40)
@given(st.text(max_size=400))
@example("")
@example("\r")
@example(".\n.. \n\t\nFrom here\n")
@example("x" * 2000 + " " * 200 + "ñ" * 200)
def test_a_text_is_written_as_the_library_reads_it(text: str) -> None:
    ours = plain_part(text.encode("utf-8", "replace").decode())

    theirs = EmailMessage(policy=SMTP)
    theirs.set_content(text.encode("utf-8", "replace").decode(), cte="quoted-printable")
    mail = BytesParser(policy=default).parsebytes(ours)
    assert isinstance(mail, EmailMessage)
    assert mail.get_content() == BytesParser(policy=default).parsebytes(theirs.as_bytes()).get_content()
    assert (mail["Content-Type"], mail["Content-Transfer-Encoding"]) == (
        theirs["Content-Type"],
        theirs["Content-Transfer-Encoding"],
    )
    lines = ours.split(b"\r\n")
    assert ours.isascii()
    assert max(map(len, lines)) <= 76
    assert not any(b"\r" in line or b"\n" in line or line.endswith((b" ", b"\t")) for line in lines)


@pytest.mark.parametrize("value", ["plain words", "Re: 100 % = ?", "x" * 75])
def test_what_needs_no_code_is_left_readable(value: str) -> None:
    assert field_value("Subject", value) == value
