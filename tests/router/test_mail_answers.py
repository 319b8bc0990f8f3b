"""An agent answers the notice by mail: the customer gets those words and nothing else, and nobody else can make it happen."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.deliver import Deliverer
from router.bounces import tell_of_failure
from router.moves.base import begin, find_case
from router.moves.held import drop_held_answer, release_held_answer
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from router.moves.resolve import resolve
from router.moves.transfer import transfer
from router.permission import still_allowed
from router.service import route_item
from tests.faults.audited import audited
from tests.router.answer_styles import STYLES, Notice, answer, gmail_web, interleaved, no_quote
from tests.router.house_for_tests import House, mail
from tests.router.moving import do
from tests.router.staff_house import ANA, STAFF, StaffHouse
from ventanilla.channel import Attachment
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, attachments, conversations, inbox, messages, notes, outbox
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, InboxState, OutboxKind, Resolution, Side

TRUSTED = 'trusted_authserv = "mx.example.com"'
PROVEN = "mx.example.com; dkim=pass header.d=example.com; dmarc=pass (p=REJECT) header.from=example.com"
SAID = "Hola, Lucía:\nsu pedido salió ayer y llega mañana.\n\nUn saludo."
NEVER = (
    "vn.",
    "ventanilla show",
    "espera respuesta",
    "Prometido",
    "quien menos",
    "Conteste a este correo",
    "Enviado desde",
)


class Desk:
    """One house with one case of Ana's, whose notice she answers."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.house.receive(mail(message_id="<pregunta@clientes.example>"))
        self.house.later(minutes=5)

    @property
    def case(self) -> sa.Row[Any]:
        return self.house.rows(conversations)[0]

    @property
    def notice(self) -> Notice:
        row = self.letters(OutboxKind.NOTICE)[0]
        return Notice(
            subject=row.payload["subject"],
            text=row.payload["text"],
            message_id=row.message_id,
            reply_to=row.payload.get("reply_to", "soporte@example.com"),
        )

    def letters(self, kind: OutboxKind) -> Sequence[sa.Row[Any]]:
        return self.house.rows(outbox, lambda t: t.c.kind == kind)

    def answers(self, said: str = SAID, notice: Notice | None = None, /, **headers: str) -> InboxState | None:
        """Ana's mail, vouched for unless `headers` say otherwise; an empty value leaves one out."""
        given = {"Authentication_Results": PROVEN, **headers}
        return self.house.receive(answer(notice or self.notice, no_quote(said, self.notice), **given).as_bytes())

    def replies(self) -> list[str]:
        return [row.text for row in self.house.rows(messages, lambda t: t.c.direction == "out")]

    def told(self) -> list[str]:
        rows = self.letters(OutboxKind.ALERT)
        assert all(row.recipient.endswith("@example.com") for row in rows)
        return [row.payload["text"] for row in rows]

    def is_sound(self) -> bool:
        return audited(self.house.store, now=self.house.now)


@pytest.fixture
def desk(sqlite_store: Store, tmp_path: Path) -> Desk:
    return Desk(House(sqlite_store, tmp_path, settings={"members": '"ana"', "staff": TRUSTED}))


@pytest.fixture
def desk_on_each(store: Store, tmp_path: Path) -> Desk:
    """The same, once on each engine."""
    return Desk(House(store, tmp_path, settings={"members": '"ana"', "staff": TRUSTED}))


def test_the_customer_gets_exactly_the_answer_whatever_program_wrote_it(desk: Desk) -> None:
    for style, write in STYLES.items():
        one = answer(
            desk.notice, write(SAID, desk.notice), Authentication_Results=PROVEN, Message_ID=f"<{style}@x.example>"
        )
        assert desk.house.receive(one.as_bytes()) is InboxState.ROUTED, style

    said = dict(zip(STYLES, (" ".join(text.split()) for text in desk.replies()), strict=True))
    assert said == dict.fromkeys(STYLES, " ".join(SAID.split()))
    for style, letter in zip(STYLES, desk.letters(OutboxKind.REPLY), strict=True):
        assert (letter.state, letter.recipient, letter.agent) == (
            DeliveryState.PENDING,
            "lucia@clientes.example",
            "ana",
        )
        assert [word for word in NEVER if word in str(letter.payload)] == [], style


def test_answers_between_quoted_lines_go_out_without_what_is_quoted(desk: Desk) -> None:
    desk.house.receive(answer(desk.notice, interleaved(SAID, desk.notice), Authentication_Results=PROVEN).as_bytes())

    assert [" ".join(text.split()) for text in desk.replies()] == [" ".join(SAID.split())]


def test_an_answer_is_written_as_its_authors_and_the_books_stay_sound(desk_on_each: Desk) -> None:
    desk = desk_on_each
    desk.answers()

    (row,) = desk.house.rows(messages, lambda t: t.c.direction == "out")
    assert (row.agent, row.side, row.answers) == ("ana", Side.EMAIL, desk.house.rows(messages)[0].id)
    assert desk.house.rows(inbox)[-1].reason == f"answer to a notice: {desk.case.key}"
    assert desk.is_sound()


def test_the_address_alone_leads_to_the_case_where_the_ids_were_lost(sqlite_store: Store, tmp_path: Path) -> None:
    desk = Desk(
        House(sqlite_store, tmp_path, settings={"members": '"ana"', "staff": TRUSTED, "channel": "plus_address = true"})
    )
    assert desk.notice.reply_to.startswith("soporte+vn.")
    assert len(desk.notice.reply_to.partition("@")[0]) <= 64

    desk.answers(In_Reply_To="", References="", To=desk.notice.reply_to.lower())

    assert desk.replies() == [SAID]


def test_a_mail_of_ours_that_answers_no_notice_reaches_no_customer(desk: Desk) -> None:
    key = desk.case.key
    forged = desk.notice.message_id[:-20] + "0000" + desk.notice.message_id[-16:]

    for headers in ({"In_Reply_To": "", "References": ""}, {"In_Reply_To": forged, "References": ""}):
        assert desk.answers(Subject=f"Re: [{key}]", **headers) is InboxState.SCREENED

    assert (desk.replies(), desk.told()) == ([], [])


def test_a_stranger_with_a_notices_address_changes_nothing_in_the_case(desk: Desk) -> None:
    before = desk.case

    desk.answers(
        From="Malo <malo@otra.example>", Authentication_Results="mx.example.com; dmarc=pass header.from=otra.example"
    )

    assert desk.replies() == []
    assert desk.house.rows(conversations)[0] == before


FORGED = {
    "": "said nothing",
    "mx.example.com; dmarc=fail header.from=example.com": "dmarc=fail",
    "mx.example.com; dmarc=pass header.from=otra.example": "another domain",
    "mx.example.com.malo.example; dmarc=pass header.from=example.com": "said nothing",
    "mx.example.com; spf=pass smtp.mailfrom=otra.example; dmarc=none": "dmarc=none",
    'mx.example.com; spf=fail reason="dmarc=pass; dkim=pass header.d=example.com"; dmarc=none': "dmarc=none",
    "mx.example.com; spf=fail (dmarc=pass; dkim=pass header.d=example.com) smtp.mailfrom=example.com": "dmarc=none",
    "otra.example; dmarc=pass header.from=example.com": "said nothing",
}


def test_a_forged_answer_is_held_and_its_supposed_author_asked(desk: Desk) -> None:
    for number, claim in enumerate(FORGED):
        said = desk.answers(Authentication_Results=claim, Message_ID=f"<{number}@x.example>")
        assert said is InboxState.ROUTED, claim

    for letter, (claim, why) in zip(desk.letters(OutboxKind.REPLY), FORGED.items(), strict=True):
        assert (letter.state, letter.reason[:7]) == (DeliveryState.HELD, "dmarc: "), claim
        assert why in letter.reason, claim
    assert desk.case.waiting_since is not None
    asked = desk.told()[0]
    assert f"ventanilla outbox release {desk.letters(OutboxKind.REPLY)[0].id}" in asked
    assert "> su pedido salió ayer" in asked


def test_only_the_topmost_word_of_the_trusted_server_counts(desk: Desk) -> None:
    message = answer(desk.notice, no_quote(SAID, desk.notice))
    forged = f"Authentication-Results: mx.example.com; dmarc=fail\nAuthentication-Results: {PROVEN}\n".encode()

    desk.house.receive(forged + message.as_bytes())

    assert [row.state for row in desk.letters(OutboxKind.REPLY)] == [DeliveryState.HELD]


def test_aligned_results_prove_where_dmarc_is_not_decided(desk: Desk) -> None:
    claims = (
        "mx.example.com; spf=pass smtp.mailfrom=ana@example.com; dmarc=none",
        "mx.example.com 1; dkim=pass (2048-bit) header.d=example.com header.s=a",
        "MX.example.com; dkim=fail header.d=example.com; dkim=pass header.i=@correo.example.com; dmarc=temperror",
        "mx.example.com; auth=pass smtp.auth=ana@example.com",
    )
    for number, claim in enumerate(claims):
        desk.answers(Authentication_Results=claim, Message_ID=f"<{number}@x.example>")

    assert [row.state for row in desk.letters(OutboxKind.REPLY)] == [DeliveryState.PENDING] * len(claims)


def test_without_a_trusted_server_every_answer_waits_for_one_tap(sqlite_store: Store, tmp_path: Path) -> None:
    desk = Desk(House(sqlite_store, tmp_path, settings={"members": '"ana"'}))

    desk.answers()

    (letter,) = desk.letters(OutboxKind.REPLY)
    assert (letter.state, letter.reason) == (
        DeliveryState.HELD,
        "dmarc: staff.trusted_authserv names no server whose word on it counts",
    )


def test_a_held_answer_goes_out_when_its_author_says_so_and_for_nobody_else(desk: Desk) -> None:
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)

    with pytest.raises(Refused, match="no answer of yours"):
        _held(desk, "luis", letter.id)
    _held(desk, "ana", letter.id)

    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.PENDING
    with pytest.raises(Refused, match="too late"):
        _held(desk, "ana", letter.id)


def test_a_held_answer_does_not_go_out_blindly_once_the_customer_has_written_again(desk: Desk) -> None:
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)
    desk.house.later(minutes=5)
    again = {"In-Reply-To": "<pregunta@clientes.example>"}
    desk.house.receive(mail(text="Olvídelo, lo cancelo.", message_id="<otra@c.example>", headers=again))

    with pytest.raises(Refused, match="the customer wrote again"):
        _held(desk, "ana", letter.id)
    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.HELD
    _held(desk, "ana", letter.id, seen=desk.house.rows(messages)[-1].id)
    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.PENDING


def test_a_held_answer_does_not_go_out_blindly_while_anothers_is_on_its_way(
    sqlite_store: Store, tmp_path: Path
) -> None:
    settings = {"members": '"ana"', "staff": TRUSTED, "marta": 'role = "supervisor"'}
    desk = Desk(House(sqlite_store, tmp_path, settings=settings))
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)
    do(desk.house, lambda move: write_reply(move, find_case(move, desk.case.key), Answer(text="Ya va.")), as_="marta")

    with pytest.raises(Refused, match="on its way"):
        _held(desk, "ana", letter.id)


def test_a_held_answer_does_not_go_out_blindly_once_its_case_was_somebody_elses(desk: Desk) -> None:
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)
    do(desk.house, transfer, desk.case.key, "luis")
    do(desk.house, transfer, desk.case.key, "ana", as_="luis")
    assert desk.case.owner == "ana"

    with pytest.raises(Refused, match="moved on"):
        _held(desk, "ana", letter.id)


def test_a_tap_shows_what_came_since_and_the_next_one_sends(sqlite_store: Store, tmp_path: Path) -> None:
    house = StaffHouse(sqlite_store, tmp_path, settings={**STAFF, "members": '"ana"', "notify": '"email", "telegram"'})
    house.link("ana", ANA)
    desk = Desk(house)
    desk.answers()
    (letter,) = desk.letters(OutboxKind.REPLY)
    again = {"In-Reply-To": "<pregunta@clientes.example>"}
    house.receive(mail(text="Olvídelo, lo cancelo.", message_id="<otra@c.example>", headers=again))

    _press(house, f"held:send:{letter.id}")
    shown = [row for row in house.rows(outbox) if row.via == STAFF_TELEGRAM][-1].payload
    assert "Olvídelo" in shown["text"]
    _press(house, shown["buttons"][0][0][1])

    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.PENDING


def test_a_held_answer_accepts_no_case_in_its_supposed_authors_name(desk: Desk) -> None:
    desk.answers(Authentication_Results="")
    before = _accepted(desk)
    _held(desk, "ana", desk.letters(OutboxKind.REPLY)[0].id)

    assert (before, _accepted(desk)) == ([None], [desk.house.now])


def _accepted(desk: Desk) -> list[Any]:
    return [row.accepted_at for row in desk.house.rows(assignments)]


def test_a_proven_copy_of_a_held_answer_lets_it_go(desk: Desk) -> None:
    desk.answers(Authentication_Results="")

    assert desk.answers() is InboxState.DUPLICATE
    assert [row.state for row in desk.letters(OutboxKind.REPLY)] == [DeliveryState.PENDING]


def test_many_forged_answers_ask_their_supposed_author_a_few_times(desk: Desk) -> None:
    for number in range(23):
        desk.answers(f"{SAID} {number}", Authentication_Results="", Message_ID=f"<{number}@x.example>")

    assert (len(desk.letters(OutboxKind.REPLY)), len(desk.told())) == (23, 20)


def test_an_answer_without_an_id_that_comes_twice_goes_out_once(desk: Desk) -> None:
    one = answer(desk.notice, no_quote(SAID, desk.notice), Authentication_Results=PROVEN, Message_ID="").as_bytes()
    states = [desk.house.receive(f"Received: from a by b; {number}\n".encode() + one) for number in range(2)]

    assert (states, len(desk.replies())) == ([InboxState.ROUTED, InboxState.DUPLICATE], 1)


def test_a_held_answer_can_be_dropped(desk: Desk) -> None:
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)

    _held(desk, "ana", letter.id, drop=True)

    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.DROPPED


def test_one_tap_on_the_phone_lets_a_held_answer_go_or_drops_it(sqlite_store: Store, tmp_path: Path) -> None:
    house = StaffHouse(sqlite_store, tmp_path, settings={**STAFF, "members": '"ana"', "notify": '"email", "telegram"'})
    house.link("ana", ANA)
    desk = Desk(house)
    for number in range(2):
        desk.answers(f"{SAID} {number}", Message_ID=f"<{number}@x.example>")
    first, second = desk.letters(OutboxKind.REPLY)
    asked = [row for row in desk.letters(OutboxKind.ALERT) if row.via == STAFF_TELEGRAM]
    (send, drop), *_ = (row.payload["buttons"][0] for row in asked)

    _press(house, send[1])
    _press(house, drop[1].replace(str(first.id), str(second.id)))
    _press(house, send[1])

    assert (send[1], drop[1]) == (f"held:send:{first.id}", f"held:drop:{first.id}")
    assert [row.state for row in desk.letters(OutboxKind.REPLY)] == [DeliveryState.PENDING, DeliveryState.DROPPED]
    sent, dropped, late = house.told(ANA)[-3:]
    assert ("sale ahora" in sent, "no le llega nada" in dropped) == (True, True)
    assert late.startswith("Demasiado tarde")


def test_a_notice_is_dead_once_somebody_else_has_the_case(desk: Desk) -> None:
    notice = desk.notice
    desk.house.apply(members='"luis"', ana="left = 2026-11-22")
    desk.house.apply(members='"luis"', ana="")
    assert desk.case.owner == "luis"

    assert desk.answers(SAID, notice) is InboxState.SCREENED

    assert desk.replies() == []
    (told,) = [row for row in desk.letters(OutboxKind.ALERT) if row.recipient == "ana@example.com"]
    assert "luis" in told.payload["text"]
    assert "> su pedido salió ayer y llega mañana." in told.payload["text"], "nothing typed is ever lost"
    assert told.payload["in_reply_to"] == "<answer-1@programa.example>"


def test_somebody_else_who_answers_a_notice_is_told_whose_it_is(desk: Desk) -> None:
    desk.answers(From="Luis <luis@example.com>")

    assert desk.replies() == []
    (told,) = desk.letters(OutboxKind.ALERT)
    assert (told.recipient, "ana" in told.payload["text"]) == ("luis@example.com", True)


def test_who_has_not_seen_the_newest_message_gets_it_and_can_answer_that(desk: Desk) -> None:
    reply = {"In-Reply-To": "<pregunta@clientes.example>"}
    desk.house.receive(mail(text="Olvídelo: ya ha llegado.", message_id="<otra@clientes.example>", headers=reply))
    desk.house.later(minutes=1)

    desk.answers()

    assert desk.replies() == []
    (told,) = desk.letters(OutboxKind.ALERT)
    assert "> Olvídelo: ya ha llegado." in told.payload["text"]
    assert "> su pedido salió ayer y llega mañana." in told.payload["text"]
    news = Notice(subject=told.payload["subject"], text=told.payload["text"], message_id=told.message_id)
    raw = answer(news, gmail_web("Me alegro.", news), Authentication_Results=PROVEN, Message_ID="<answer-2@x.example>")
    assert desk.house.receive(raw.as_bytes()) is InboxState.ROUTED
    assert desk.replies() == ["Me alegro."]


def test_the_same_answer_by_two_ways_is_one(desk_on_each: Desk) -> None:
    desk = desk_on_each
    assert desk.answers() is InboxState.ROUTED
    assert desk.answers() is InboxState.DUPLICATE
    assert desk.replies() == [SAID]
    assert desk.is_sound()


@pytest.mark.fault(16)
def test_a_machines_answer_to_a_notice_never_reaches_a_customer_and_stops_no_clock(desk: Desk) -> None:
    machines: tuple[dict[str, str], ...] = (
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"Subject": "Respuesta automática: aviso"},
        {"Subject": "Automatic reply: [K7M-Q2X-VTR]"},
        {"X_Ventanilla_Loop": "another"},
    )
    for number, headers in enumerate(machines):
        said = desk.answers("Estoy de vacaciones.", Message_ID=f"<{number}@x.example>", **headers)
        assert said is InboxState.SCREENED, headers

    assert (desk.replies(), desk.told()) == ([], [])
    assert desk.case.waiting_since is not None


def test_a_read_receipt_is_no_answer(desk: Desk) -> None:
    message = answer(desk.notice, (None, None), Authentication_Results=PROVEN)
    message["Content-Type"] = 'multipart/report; report-type=disposition-notification; boundary="b"'
    message.set_payload("--b\nContent-Type: text/plain\n\nSe ha mostrado.\n--b--\n")

    assert desk.house.receive(message.as_bytes()) is InboxState.SCREENED
    assert desk.replies() == []


def test_an_answer_without_words_is_told(desk: Desk) -> None:
    for number, said in enumerate(("", "-- \nAna Ruiz\nTel. 910 000 000", "Enviado desde mi iPhone")):
        assert desk.answers(said, Message_ID=f"<{number}@x.example>") is InboxState.SCREENED, said

    assert desk.replies() == []
    assert ["no se ha encontrado texto nuevo" in told for told in desk.told()] == [True] * 3


def test_a_forwarded_notice_is_no_answer(desk: Desk) -> None:
    text = f"Mira esto\n\n---------- Forwarded message ---------\nDe: Ferretería Sol\n\n{desk.notice.text}"

    desk.answers(text, Subject=f"Fwd: {desk.notice.subject}")

    assert desk.replies() == []


def test_two_slashes_make_a_note(desk: Desk) -> None:
    assert desk.answers("// llamó ayer, muy enfadada") is InboxState.SCREENED

    assert [(row.agent, row.text) for row in desk.house.rows(notes)] == [("ana", "llamó ayer, muy enfadada")]
    assert desk.replies() == []


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060", "\u200e", "\xad", "\ufeff", "\u2063 \u00a0", "\u3164"])
def test_what_does_not_show_before_the_slashes_changes_nothing(desk: Desk, unseen: str) -> None:
    desk.answers(f"{unseen}// cliente pesado")

    assert (desk.replies(), [note.text for note in desk.house.rows(notes)]) == ([], ["cliente pesado"])


def test_who_sends_a_file_with_a_note_is_told_that_it_is_not_kept(desk: Desk) -> None:
    message = answer(desk.notice, no_quote("// su contrato", desk.notice), Authentication_Results=PROVEN)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="contrato.pdf")
    desk.house.receive(message.as_bytes())

    assert (desk.replies(), [note.text for note in desk.house.rows(notes)]) == ([], ["su contrato"])
    assert "La nota se ha guardado. Los archivos no se guardan con las notas" in desk.told()[0]


def test_a_note_that_nobody_vouches_for_is_not_kept(desk: Desk) -> None:
    desk.answers("// llamó ayer", Authentication_Results="")

    assert desk.house.rows(notes) == []
    assert "> // llamó ayer" in desk.told()[0]


def test_files_go_along_and_the_signatures_logo_does_not(desk: Desk) -> None:
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


def test_an_attached_notice_is_not_sent_on(desk: Desk) -> None:
    message = answer(desk.notice, no_quote(SAID, desk.notice), Authentication_Results=PROVEN)
    attached = f"From: soporte@example.com\nMessage-ID: {desk.notice.message_id}\n\n{desk.notice.text}"
    message.add_attachment(attached.encode(), maintype="application", subtype="octet-stream", filename="aviso.eml")
    raw = message.as_bytes().replace(b"application/octet-stream", b"text/x-mail")

    assert desk.house.receive(raw) is InboxState.SCREENED
    assert desk.replies() == []


def _attached(desk: Desk) -> dict[str, tuple[str, bytes]]:
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


def test_an_attached_notice_is_not_sent_on_whatever_it_calls_itself(desk: Desk) -> None:
    for number, (what, (subtype, content)) in enumerate(_attached(desk).items()):
        said = {"Authentication_Results": PROVEN, "Message_ID": f"<{number}@x.example>"}
        message = answer(desk.notice, no_quote(SAID, desk.notice), **said)
        message.add_attachment(content, maintype="application", subtype=subtype, filename="aviso.bin")

        assert desk.house.receive(message.as_bytes()) is InboxState.SCREENED, what

    assert (desk.replies(), len(desk.told())) == ([], len(_attached(desk)))


def test_a_mail_that_only_its_own_program_can_open_holds_no_words(desk: Desk) -> None:
    assert desk.answers("[signed mail that only an S/MIME reader opens]") is InboxState.SCREENED

    assert desk.replies() == []
    assert "no se ha encontrado texto nuevo" in desk.told()[0]


def test_no_command_sends_a_notice_as_a_file(desk: Desk) -> None:
    content = f"Message-ID: {desk.notice.message_id}\n\nx".encode()
    file = Attachment(filename="aviso.eml", content_type="message/rfc822", content=content)
    given = Answer(text="Adjunto.", files=[(file, "0" * 64)])

    with pytest.raises(Refused, match="only our own people"):
        do(desk.house, lambda move: write_reply(move, find_case(move, desk.case.key), given))


def test_an_answer_that_may_not_go_out_after_all_comes_back_to_its_author(desk: Desk) -> None:
    desk.answers()
    house = desk.house
    house.apply(channel='only_to = ["otra@clientes.example", "*@example.com"]', mode="internal")
    house.later(minutes=1)
    Deliverer(
        store=house.store,
        senders={},
        still_wanted=lambda connection, row: still_allowed(connection, house.router.house, row),
        failed=lambda connection, row, journal: tell_of_failure(connection, house.router.house, row, journal),
        tell_trouble=lambda *_: None,
        clock=lambda: house.now,
    ).deliver_due()

    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.FAILED
    told = desk.told()[-1]
    assert "only_to does not name this address" in told
    assert "> su pedido salió ayer y llega mañana." in told


def test_who_answers_a_mail_that_cannot_be_answered_is_told(desk: Desk) -> None:
    desk.answers("")
    (alert,) = desk.letters(OutboxKind.ALERT)
    with desk.house.store.write() as connection:
        sent = {"message_id": None, "external_id": "<9.abc@example.com>", "state": "sent", "sent_at": desk.house.now}
        connection.execute(outbox.update().where(outbox.c.id == alert.id).values(**sent))
    plain = {"References": "", "Message_ID": "<answer-9@x.example>", "Subject": "Re: Ventanilla"}

    assert desk.answers("Gracias, ya lo miro.", In_Reply_To="<9.abc@example.com>", **plain) is InboxState.SCREENED
    assert desk.answers("Y esto de mi cosecha.", In_Reply_To="<otra@example.com>", **plain) is InboxState.SCREENED

    assert len(desk.told()) == 2
    assert "> Gracias, ya lo miro." in desk.told()[-1]
    assert desk.replies() == []


@pytest.mark.fault(16)
def test_a_token_in_the_text_itself_sends_it_back(desk: Desk) -> None:
    desk.answers(f"Escriba a {desk.notice.message_id}")

    assert desk.replies() == []
    assert len(desk.told()) == 1


def test_an_answer_to_a_case_that_is_over_says_so(desk: Desk) -> None:
    with desk.house.store.write() as connection:
        move = begin(connection, desk.house.router.house, "ana", Side.COMMAND, now=desk.house.now)
        resolve(move, desk.case.key, resolution=Resolution.NO_REPLY_NEEDED)
        move.journal.flush(connection)

    desk.answers("Y otra cosa.", Message_ID="<answer-3@x.example>")

    assert "ventanilla reopen" in desk.told()[-1]
    assert "> Y otra cosa." in desk.told()[-1]


def test_who_forges_mails_of_ours_does_not_fill_our_mailbox(desk: Desk) -> None:
    for number in range(6):
        desk.answers("", Authentication_Results="", Message_ID=f"<forged-{number}@x.example>")

    assert len(desk.told()) == 3


def _press(house: StaffHouse, data: str) -> None:
    """Ana presses a button of the bot's."""
    who = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    under = {"message_id": 7, "date": int(house.now.timestamp()), "chat": {"id": ANA, "type": "private"}}
    press = {"id": "1", "from": who, "message": under, "chat_instance": "1", "data": data}
    assert route_item(house.router, house.bring({"callback_query": press})) is InboxState.ROUTED


def _held(desk: Desk, agent: str, number: int, *, drop: bool = False, seen: int | None = None) -> None:
    with desk.house.store.write() as connection:
        move = begin(connection, desk.house.router.house, agent, Side.TELEGRAM, now=desk.house.now)
        drop_held_answer(move, number) if drop else release_held_answer(move, number, seen=seen)
        move.journal.flush(connection)
