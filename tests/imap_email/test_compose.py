"""The mail that goes out reads right in every client, forges nothing, and says what it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.imap_email.compose import OURS, compose, envelope_sender, message_id_of
from ventanilla.channel import Attachment, Outgoing
from ventanilla.errors import Permanent

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ADDRESS = "soporte@example.com"


def letter(**fields: object) -> Outgoing:
    """An acknowledgement, unless `fields` say otherwise."""
    values: dict[str, object] = {
        "id": 7,
        "recipient": "customer@example.net",
        "subject": "Recibido",
        "text": "Hola\n",
        "message_id": "<7.abc@example.com>",
    }
    return Outgoing(**(values | fields))  # type: ignore[arg-type]


def composed(outgoing: Outgoing, **options: str) -> EmailMessage:
    """The mail as a reader's program reads it; every line of it is one that servers carry."""
    raw = compose(outgoing, address=ADDRESS, now=NOW, **options)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    read = BytesParser(policy=default).parsebytes(raw)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def body_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Its text as a reader sees it."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_an_acknowledgement_says_that_it_is_automatic() -> None:
    mail = composed(letter())

    assert mail["From"] == ADDRESS
    assert mail["To"] == "customer@example.net"
    assert mail["Subject"] == "Recibido"
    assert mail["Message-ID"] == "<7.abc@example.com>"
    assert mail["Date"] == "Sat, 21 Nov 2026 09:30:00 +0000"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["MIME-Version"] == "1.0"
    assert len(mail.get_all("MIME-Version", [])) == 1


def test_a_notice_says_that_it_was_generated_and_carries_its_loop_header() -> None:
    mail = composed(letter(headers={"Auto-Submitted": "auto-generated", "X-Ventanilla-Loop": "house-1"}))

    assert mail.get_all("Auto-Submitted") == ["auto-generated"]
    assert mail["X-Ventanilla-Loop"] == "house-1"


def test_a_persons_answer_does_not_say_that_it_is_automatic() -> None:
    mail = composed(letter(automatic=False))

    assert mail["Auto-Submitted"] is None
    assert mail["X-Auto-Response-Suppress"] is None


def test_an_answer_stands_in_its_thread_however_long_the_ids_are() -> None:
    ids = [f"<{'x' * length}@mail.example.net>" for length in (10, 70, 150, 400)]

    raw = compose(letter(in_reply_to=ids[-1], references=tuple(ids)), address=ADDRESS, now=NOW)

    assert f"In-Reply-To: {ids[-1]}\r\n".encode() in raw
    assert ("References: " + "\r\n ".join(ids) + "\r\n").encode() in raw


@pytest.mark.parametrize("message_id", ["7", "<>", "<a b@c.d>", "<ñ@example.com>", f"<{'x' * 990}@example.com>"])
def test_what_is_no_message_id_is_refused(message_id: str) -> None:
    for fields in ({"message_id": message_id}, {"in_reply_to": message_id}, {"references": (message_id,)}):
        with pytest.raises(Permanent, match="not a message id"):
            compose(letter(**fields), address=ADDRESS, now=NOW)


def test_names_and_subjects_of_any_language_are_carried() -> None:
    outgoing = letter(
        subject="¿Cuándo llega? Ñandú 日本語 🎉 " * 6,
        from_name='Ferretería "Sol", Madrid',
        recipient_name="José Ñ. 日本",
        reply_to="soporte+k7@example.com",
    )

    mail = composed(outgoing)

    assert mail["Subject"] == outgoing.subject.strip()
    assert mail["From"].addresses[0].display_name == outgoing.from_name
    assert mail["From"].addresses[0].addr_spec == ADDRESS
    assert mail["To"].addresses[0].display_name == outgoing.recipient_name
    assert mail["Reply-To"] == "soporte+k7@example.com"


def test_the_senders_own_name_is_shown_where_the_message_brings_none() -> None:
    assert composed(letter(), name="Ferretería Sol")["From"].addresses[0].display_name == "Ferretería Sol"
    assert composed(letter(from_name="Ana"), name="Sol")["From"].addresses[0].display_name == "Ana"


@pytest.mark.parametrize(
    "name", ["a, b", "a <b@c.d>", 'quo"te', "back\\slash", "(comment)", "x@y.z", "a;b", "=?utf-8?q?x?="]
)
def test_a_name_is_never_an_address(name: str) -> None:
    mail = composed(letter(from_name=name, recipient_name=name))

    for field in (mail["From"], mail["To"]):
        assert len(field.addresses) == 1
        assert field.addresses[0].display_name == name


def test_a_subject_that_looks_encoded_is_shown_as_it_was_written() -> None:
    assert composed(letter(subject="=?utf-8?q?gratis?="))["Subject"] == "=?utf-8?q?gratis?="


def test_text_and_html_are_alternatives() -> None:
    mail = composed(letter(text="Señor\n", html="<p>Señor</p>\n"))

    assert mail.get_content_type() == "multipart/alternative"
    assert body_of(mail) == "Señor\n"
    assert body_of(mail, "html") == "<p>Señor</p>\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "á" * 5000,
        "x" * 5000,
        ".\r\n.\r\n..dots\r\n",
        "From here\n",
        "a\x00b\n",
        "trailing  \n",
        "half \ud800\n",
    ],
)
def test_any_text_is_carried(text: str) -> None:
    mail = composed(letter(text=text))

    wanted = text.encode("utf-8", "replace").decode().replace("\r\n", "\n")
    assert body_of(mail).rstrip("\n") == wanted.rstrip("\n")


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x85", "\u2028"])
@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "{}"},
        {"from_name": "{}"},
        {"recipient_name": "{}"},
        {"recipient": "a{}@example.net"},
        {"reply_to": "a{}@example.net"},
        {"message_id": "<a{}@example.net>"},
        {"in_reply_to": "<a{}@example.net>"},
        {"references": ("<a{}@example.net>",)},
        {"headers": {"X-Loop": "{}"}},
        {"headers": {"X{}Loop": "a"}},
        {"headers": {"Return-Path": "<>{}"}},
    ],
)
def test_no_field_can_be_forged_by_a_line_break(fields: dict[str, object], sign: str) -> None:
    evil = f"a{sign}Bcc: thief@example.org"

    outgoing = letter(**{name: _filled(value, evil) for name, value in fields.items()})

    with pytest.raises(Permanent):
        _sent(outgoing)


def _sent(outgoing: Outgoing) -> None:
    envelope_sender(outgoing, address=ADDRESS)
    compose(outgoing, address=ADDRESS, now=NOW)


def _filled(value: object, evil: str) -> object:
    if isinstance(value, dict):
        return {_filled(name, evil): _filled(each, evil) for name, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_filled(each, evil) for each in value)
    return str(value).replace("{}", evil)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_whatever_adds_a_field(subject: str, name: str, value: str) -> None:
    try:
        raw = compose(
            letter(subject=subject, from_name=name, headers={"X-Ventanilla": value}), address=ADDRESS, now=NOW
        )
    except Permanent:
        return

    head = raw.partition(b"\r\n\r\n")[0].decode()
    fields = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    ours = ["Message-ID", "Date", "From", "To", "Subject", "X-Ventanilla-Id", "Auto-Submitted"]
    ours += ["X-Auto-Response-Suppress", "X-Ventanilla"]
    assert fields == [*ours, "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]


@pytest.mark.parametrize("name", [*sorted(OURS - {"return-path"}), "Bcc", "FROM", "", "X Y", "X:Y", "Ñ"])
def test_a_message_brings_no_second_field_of_those_that_are_made_here(name: str) -> None:
    with pytest.raises(Permanent, match="may not bring"):
        compose(letter(headers={name: "x"}), address=ADDRESS, now=NOW)


@pytest.mark.parametrize("address", ["", "a", "a@", "@b", "a b@c.d", "a@b@c", "<a@b.c>", "a@b.c,d@e.f", "a@.."])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Permanent):
        compose(letter(recipient=address), address=ADDRESS, now=NOW)


def test_a_domain_that_is_not_ascii_is_written_in_ascii() -> None:
    assert composed(letter(recipient="ana@señor.example"))["To"] == "ana@xn--seor-hqa.example"


def test_a_repeat_carries_the_same_message_id_even_where_the_row_has_none() -> None:
    one, again, other = letter(message_id=None), letter(message_id=None), letter(message_id=None, id=8)

    assert message_id_of(one, address=ADDRESS) == message_id_of(again, address=ADDRESS)
    assert message_id_of(one, address=ADDRESS) != message_id_of(other, address=ADDRESS)
    assert message_id_of(one, address=ADDRESS).endswith("@example.com>")


def test_the_envelope_sender_is_ours_unless_the_empty_one_is_asked_for() -> None:
    assert envelope_sender(letter(), address=ADDRESS) == ADDRESS
    empty = letter(headers={"Return-Path": "<>"})
    assert envelope_sender(empty, address=ADDRESS) == ""
    assert composed(empty)["Return-Path"] is None
    with pytest.raises(Permanent):
        envelope_sender(letter(headers={"Return-Path": "<thief@example.org>"}), address=ADDRESS)


def test_files_go_along_as_they_are_with_their_names() -> None:
    audio = Attachment(filename="buzón de voz.mp3", content_type="audio/mpeg", content=bytes(range(256)) * 40)
    page = Attachment(filename="a\r\nb.html", content_type="text/html", content=b"<b>x</b>")

    mail = composed(letter(text="Oiga:\n", attachments=(audio, page)))

    assert mail.get_all("MIME-Version") == ["1.0"]
    assert body_of(mail).strip() == "Oiga:"
    found = [(part.get_filename(), part.get_content_type(), part.get_content()) for part in mail.iter_attachments()]
    assert found == [
        ("buzón de voz.mp3", "audio/mpeg", audio.content),
        ("ab.html", "application/octet-stream", page.content),
    ]


def test_copies_stand_in_the_header_and_may_not_forge_another() -> None:
    mail = composed(letter(cc=("madre@example.net", "gestor@ferreter\u00eda.example")))

    assert mail["Cc"] == "madre@example.net, gestor@xn--ferretera-n5a.example"
    for wrong in ("a@example.net\r\nBcc: b@example.net", "a@example.net, b@example.net", "Eva <a@example.net>", ""):
        with pytest.raises(Permanent, match="copy's address"):
            compose(letter(cc=(wrong,)), address=ADDRESS, now=NOW)


def test_what_is_tried_again_is_the_same_bytes_under_the_date_of_its_first_time() -> None:
    file = Attachment(filename="plano ñ.pdf", content_type="application/pdf", content=b"%PDF" * 100)
    outgoing = letter(html="<p>Hola</p>", attachments=(file, file), cc=("m@example.net",), tried_at=NOW)

    first = compose(outgoing, address=ADDRESS, now=NOW)
    again = compose(outgoing, address=ADDRESS, now=NOW + timedelta(hours=3))

    assert first == again
    assert b"Date: Sat, 21 Nov 2026 09:30:00 +0000\r\n" in again
    assert compose(letter(html="<p>Hola</p>", id=8, message_id=None), address=ADDRESS, now=NOW) != first


def test_text_html_and_files_are_read_as_such() -> None:
    file = Attachment(filename="plano ñ.pdf", content_type="application/pdf", content=b"%PDF" * 100)

    mail = composed(letter(text="Hola, señor\n", html="<p>Hola, se\u00f1or</p>", attachments=(file,)))

    assert mail.get_content_type() == "multipart/mixed"
    assert (body_of(mail), body_of(mail, "html").strip()) == ("Hola, señor\n", "<p>Hola, señor</p>")
    (carried,) = mail.iter_attachments()
    assert (carried.get_filename(), carried.get_content()) == ("plano ñ.pdf", file.content)
