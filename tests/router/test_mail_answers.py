"""An agent answers the notice by mail: the customer gets those words and nothing else, and nobody else can make it happen."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.deliver import Deliverer
from router.bounces import tell_of_failure
from router.moves.base import begin
from router.moves.resolve import resolve
from router.permission import still_allowed
from tests.router.answer_styles import STYLES, Notice, answer, gmail_web, interleaved, no_quote
from tests.router.house_for_tests import House, mail
from tests.router.mail_desk import PROVEN, SAID, TRUSTED, MailDesk, mail_desk
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, inbox, messages, outbox
from ventanilla.words import DeliveryState, InboxState, OutboxKind, Resolution, Side


@pytest.fixture
def desk(sqlite_store: Store, tmp_path: Path) -> MailDesk:
    return mail_desk(sqlite_store, tmp_path)


@pytest.fixture
def desk_on_each(store: Store, tmp_path: Path) -> MailDesk:
    """The same, once on each engine."""
    return mail_desk(store, tmp_path)


NEVER = (
    "vn.",
    "ventanilla show",
    "espera respuesta",
    "Prometido",
    "quien menos",
    "Conteste a este correo",
    "Enviado desde",
)


def test_the_customer_gets_exactly_the_answer_whatever_program_wrote_it(desk: MailDesk) -> None:
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


def test_answers_between_quoted_lines_go_out_without_what_is_quoted(desk: MailDesk) -> None:
    desk.house.receive(answer(desk.notice, interleaved(SAID, desk.notice), Authentication_Results=PROVEN).as_bytes())

    assert [" ".join(text.split()) for text in desk.replies()] == [" ".join(SAID.split())]


def test_an_answer_is_written_as_its_authors_and_the_books_stay_sound(desk_on_each: MailDesk) -> None:
    desk = desk_on_each
    desk.answers()

    (row,) = desk.house.rows(messages, lambda t: t.c.direction == "out")
    assert (row.agent, row.side, row.answers) == ("ana", Side.EMAIL, desk.house.rows(messages)[0].id)
    assert desk.house.rows(inbox)[-1].reason == f"answer to a notice: {desk.case.key}"
    assert desk.is_sound()


def test_the_address_alone_leads_to_the_case_where_the_ids_were_lost(sqlite_store: Store, tmp_path: Path) -> None:
    desk = MailDesk(
        House(sqlite_store, tmp_path, settings={"members": '"ana"', "staff": TRUSTED, "channel": "plus_address = true"})
    )
    assert desk.notice.reply_to.startswith("soporte+vn.")
    assert len(desk.notice.reply_to.partition("@")[0]) <= 64

    desk.answers(In_Reply_To="", References="", To=desk.notice.reply_to.lower())

    assert desk.replies() == [SAID]


def test_a_mail_of_ours_that_answers_no_notice_reaches_no_customer(desk: MailDesk) -> None:
    key = desk.case.key
    forged = desk.notice.message_id[:-20] + "0000" + desk.notice.message_id[-16:]

    for headers in ({"In_Reply_To": "", "References": ""}, {"In_Reply_To": forged, "References": ""}):
        assert desk.answers(Subject=f"Re: [{key}]", **headers) is InboxState.SCREENED

    assert (desk.replies(), desk.told()) == ([], [])


def test_a_stranger_with_a_notices_address_changes_nothing_in_the_case(desk: MailDesk) -> None:
    before = desk.case

    desk.answers(
        From="Malo <malo@otra.example>", Authentication_Results="mx.example.com; dmarc=pass header.from=otra.example"
    )

    assert desk.replies() == []
    assert desk.house.rows(conversations)[0] == before


def test_an_answer_without_an_id_that_comes_twice_goes_out_once(desk: MailDesk) -> None:
    one = answer(desk.notice, no_quote(SAID, desk.notice), Authentication_Results=PROVEN, Message_ID="").as_bytes()
    states = [desk.house.receive(f"Received: from a by b; {number}\n".encode() + one) for number in range(2)]

    assert (states, len(desk.replies())) == ([InboxState.ROUTED, InboxState.DUPLICATE], 1)


def test_a_notice_is_dead_once_somebody_else_has_the_case(desk: MailDesk) -> None:
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


def test_somebody_else_who_answers_a_notice_is_told_whose_it_is(desk: MailDesk) -> None:
    desk.answers(From="Luis <luis@example.com>")

    assert desk.replies() == []
    (told,) = desk.letters(OutboxKind.ALERT)
    assert (told.recipient, "ana" in told.payload["text"]) == ("luis@example.com", True)


def test_who_has_not_seen_the_newest_message_gets_it_and_can_answer_that(desk: MailDesk) -> None:
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


def test_the_same_answer_by_two_ways_is_one(desk_on_each: MailDesk) -> None:
    desk = desk_on_each
    assert desk.answers() is InboxState.ROUTED
    assert desk.answers() is InboxState.DUPLICATE
    assert desk.replies() == [SAID]
    assert desk.is_sound()


@pytest.mark.fault(16)
def test_a_machines_answer_to_a_notice_never_reaches_a_customer_and_stops_no_clock(desk: MailDesk) -> None:
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


def test_a_read_receipt_is_no_answer(desk: MailDesk) -> None:
    message = answer(desk.notice, (None, None), Authentication_Results=PROVEN)
    message["Content-Type"] = 'multipart/report; report-type=disposition-notification; boundary="b"'
    message.set_payload("--b\nContent-Type: text/plain\n\nSe ha mostrado.\n--b--\n")

    assert desk.house.receive(message.as_bytes()) is InboxState.SCREENED
    assert desk.replies() == []


def test_an_answer_without_words_is_told(desk: MailDesk) -> None:
    for number, said in enumerate(("", "-- \nAna Ruiz\nTel. 910 000 000", "Enviado desde mi iPhone")):
        assert desk.answers(said, Message_ID=f"<{number}@x.example>") is InboxState.SCREENED, said

    assert desk.replies() == []
    assert ["no se ha encontrado texto nuevo" in told for told in desk.told()] == [True] * 3


def test_a_forwarded_notice_is_no_answer(desk: MailDesk) -> None:
    text = f"Mira esto\n\n---------- Forwarded message ---------\nDe: Ferretería Sol\n\n{desk.notice.text}"

    desk.answers(text, Subject=f"Fwd: {desk.notice.subject}")

    assert desk.replies() == []


def test_an_answer_that_may_not_go_out_after_all_comes_back_to_its_author(desk: MailDesk) -> None:
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
    assert "only_to no nombra esta dirección" in told
    assert "> su pedido salió ayer y llega mañana." in told


def test_who_answers_a_mail_that_cannot_be_answered_is_told(desk: MailDesk) -> None:
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
def test_a_token_in_the_text_itself_sends_it_back(desk: MailDesk) -> None:
    desk.answers(f"Escriba a {desk.notice.message_id}")

    assert desk.replies() == []
    assert len(desk.told()) == 1


def test_an_answer_to_a_case_that_is_over_says_so(desk: MailDesk) -> None:
    with desk.house.store.write() as connection:
        move = begin(connection, desk.house.router.house, "ana", Side.COMMAND, now=desk.house.now)
        resolve(move, desk.case.key, resolution=Resolution.NO_REPLY_NEEDED)
        move.journal.flush(connection)

    desk.answers("Y otra cosa.", Message_ID="<answer-3@x.example>")

    assert "ventanilla reopen" in desk.told()[-1]
    assert "> Y otra cosa." in desk.told()[-1]
