"""Notes and files in the mails with which our people answer: what is kept, what goes along, what never leaves the house."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from tests.router.answer_styles import answer, no_quote
from tests.router.mail_desk import PROVEN, SAID, MailDesk, mail_desk
from tests.router.moving import do
from ventanilla.channel import Attachment
from ventanilla.store.engine import Store
from ventanilla.store.tables import attachments, messages, notes
from ventanilla.words import InboxState, OutboxKind


@pytest.fixture
def desk(sqlite_store: Store, tmp_path: Path) -> MailDesk:
    return mail_desk(sqlite_store, tmp_path)


def test_two_slashes_make_a_note(desk: MailDesk) -> None:
    assert desk.answers("// llamó ayer, muy enfadada") is InboxState.SCREENED

    assert [(row.agent, row.text) for row in desk.house.rows(notes)] == [("ana", "llamó ayer, muy enfadada")]
    assert desk.replies() == []


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060", "\u200e", "\xad", "\ufeff", "\u2063 \u00a0", "\u3164"])
def test_what_does_not_show_before_the_slashes_changes_nothing(desk: MailDesk, unseen: str) -> None:
    desk.answers(f"{unseen}// cliente pesado")

    assert (desk.replies(), [note.text for note in desk.house.rows(notes)]) == ([], ["cliente pesado"])


def test_who_sends_a_file_with_a_note_is_told_that_it_is_not_kept(desk: MailDesk) -> None:
    message = answer(desk.notice, no_quote("// su contrato", desk.notice), Authentication_Results=PROVEN)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="contrato.pdf")
    desk.house.receive(message.as_bytes())

    assert (desk.replies(), [note.text for note in desk.house.rows(notes)]) == ([], ["su contrato"])
    assert "La nota se ha guardado. Los archivos no se guardan con las notas" in desk.told()[0]


def test_a_note_that_nobody_vouches_for_is_not_kept(desk: MailDesk) -> None:
    desk.answers("// llamó ayer", Authentication_Results="")

    assert desk.house.rows(notes) == []
    assert "> // llamó ayer" in desk.told()[0]


def test_files_go_along_and_the_signatures_logo_does_not(desk: MailDesk) -> None:
    html = f'<p>{SAID}</p><img src="cid:logo@x">'
    message = answer(desk.notice, (None, html), Authentication_Results=PROVEN)
    message.add_related(b"x" * 900, "image", "png", cid="<logo@x>", filename="logo.png")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="factura.pdf")

    desk.house.receive(message.as_bytes())

    with desk.house.store.read() as connection:
        (row,) = desk.house.rows(messages, lambda t: t.c.direction == "out")
        query = sa.select(attachments.c.filename).where(attachments.c.message_id == row.id)
        assert list(connection.scalars(query)) == ["factura.pdf"]
    assert desk.letters(OutboxKind.REPLY)[0].payload["files_of"] == row.id


def test_an_attached_notice_is_not_sent_on(desk: MailDesk) -> None:
    message = answer(desk.notice, no_quote(SAID, desk.notice), Authentication_Results=PROVEN)
    attached = f"From: soporte@example.com\nMessage-ID: {desk.notice.message_id}\n\n{desk.notice.text}"
    message.add_attachment(attached.encode(), maintype="application", subtype="octet-stream", filename="aviso.eml")
    raw = message.as_bytes().replace(b"application/octet-stream", b"text/x-mail")

    assert desk.house.receive(raw) is InboxState.SCREENED
    assert desk.replies() == []


def _attached(desk: MailDesk) -> dict[str, tuple[str, bytes]]:
    """A notice as a file, by what it calls itself and how it is written."""
    top = "From: soporte@example.com\n"
    whole = f"{top}Message-ID: {desk.notice.message_id}\n\n{desk.notice.text}".encode()
    coded = base64.encodebytes(whole).decode()
    inner = f'{top}Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Transfer-Encoding: base64\n\n{coded}\n--b--\n'
    return {
        "as bytes": ("octet-stream", whole),
        "large": ("octet-stream", b"X: y\n\n" + b"A" * 2_100_000 + b"\n" + whole),
        "in base64": ("octet-stream", f"{top}Content-Transfer-Encoding: base64\n\n{coded}".encode()),
        "in a part": ("x-mail", inner.encode()),
        "in wide letters": ("vnd.ms-outlook", b"\xd0\xcf\x11\xe0" + whole.decode().encode("utf-16")),
        "as Outlook seals it": ("ms-tnef", b"\x78\x9f\x3e\x22"),
        "as S/MIME seals it": ("pkcs7-mime", b"\x30\x80"),
    }


def test_an_attached_notice_is_not_sent_on_whatever_it_calls_itself(desk: MailDesk) -> None:
    for number, (what, (subtype, content)) in enumerate(_attached(desk).items()):
        said = {"Authentication_Results": PROVEN, "Message_ID": f"<{number}@x.example>"}
        message = answer(desk.notice, no_quote(SAID, desk.notice), **said)
        message.add_attachment(content, maintype="application", subtype=subtype, filename="aviso.bin")

        assert desk.house.receive(message.as_bytes()) is InboxState.SCREENED, what

    assert (desk.replies(), len(desk.told())) == ([], len(_attached(desk)))


def test_a_mail_that_only_its_own_program_can_open_holds_no_words(desk: MailDesk) -> None:
    assert desk.answers("[signed mail that only an S/MIME reader opens]") is InboxState.SCREENED

    assert desk.replies() == []
    assert "no se ha encontrado texto nuevo" in desk.told()[0]


def test_no_command_sends_a_notice_as_a_file(desk: MailDesk) -> None:
    content = f"Message-ID: {desk.notice.message_id}\n\nx".encode()
    file = Attachment(filename="aviso.eml", content_type="message/rfc822", content=content)
    given = Answer(text="Adjunto.", files=[(file, "0" * 64)])

    with pytest.raises(Refused, match="only our own people"):
        do(desk.house, lambda move: write_reply(move, find_case(move, desk.case.key), given))
