"""A mail answer that nobody vouches for: it is held, its supposed author is asked, and nothing goes out blindly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from router.moves.base import begin, find_case
from router.moves.held import drop_held_answer, release_held_answer
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from router.moves.transfer import transfer
from router.service import route_item
from tests.router.answer_styles import answer, no_quote
from tests.router.house_for_tests import House, mail
from tests.router.mail_desk import PROVEN, SAID, TRUSTED, MailDesk, mail_desk
from tests.router.moving import do
from tests.router.staff_house import ANA, STAFF, StaffHouse
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, messages, outbox
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, InboxState, OutboxKind, Side


@pytest.fixture
def desk(sqlite_store: Store, tmp_path: Path) -> MailDesk:
    return mail_desk(sqlite_store, tmp_path)


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


def test_a_forged_answer_is_held_and_its_supposed_author_asked(desk: MailDesk) -> None:
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


def test_only_the_topmost_word_of_the_trusted_server_counts(desk: MailDesk) -> None:
    message = answer(desk.notice, no_quote(SAID, desk.notice))
    forged = f"Authentication-Results: mx.example.com; dmarc=fail\nAuthentication-Results: {PROVEN}\n".encode()

    desk.house.receive(forged + message.as_bytes())

    assert [row.state for row in desk.letters(OutboxKind.REPLY)] == [DeliveryState.HELD]


def test_aligned_results_prove_where_dmarc_is_not_decided(desk: MailDesk) -> None:
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
    desk = MailDesk(House(sqlite_store, tmp_path, settings={"members": '"ana"'}))

    desk.answers()

    (letter,) = desk.letters(OutboxKind.REPLY)
    assert (letter.state, letter.reason) == (
        DeliveryState.HELD,
        "dmarc: staff.trusted_authserv names no server whose word on it counts",
    )


def test_a_held_answer_goes_out_when_its_author_says_so_and_for_nobody_else(desk: MailDesk) -> None:
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)

    with pytest.raises(Refused, match="no answer of yours"):
        _held(desk, "luis", letter.id)
    _held(desk, "ana", letter.id)

    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.PENDING
    with pytest.raises(Refused, match="too late"):
        _held(desk, "ana", letter.id)


def test_a_held_answer_does_not_go_out_blindly_once_the_customer_has_written_again(desk: MailDesk) -> None:
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
    desk = MailDesk(House(sqlite_store, tmp_path, settings=settings))
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)
    do(desk.house, lambda move: write_reply(move, find_case(move, desk.case.key), Answer(text="Ya va.")), as_="marta")

    with pytest.raises(Refused, match="on its way"):
        _held(desk, "ana", letter.id)


def test_a_held_answer_does_not_go_out_blindly_once_its_case_was_somebody_elses(desk: MailDesk) -> None:
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
    desk = MailDesk(house)
    desk.answers()
    (letter,) = desk.letters(OutboxKind.REPLY)
    again = {"In-Reply-To": "<pregunta@clientes.example>"}
    house.receive(mail(text="Olvídelo, lo cancelo.", message_id="<otra@c.example>", headers=again))

    _press(house, f"held:send:{letter.id}")
    shown = [row for row in house.rows(outbox) if row.via == STAFF_TELEGRAM][-1].payload
    assert "Olvídelo" in shown["text"]
    _press(house, shown["buttons"][0][0][1])

    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.PENDING


def test_a_held_answer_accepts_no_case_in_its_supposed_authors_name(desk: MailDesk) -> None:
    desk.answers(Authentication_Results="")
    before = _accepted(desk)
    _held(desk, "ana", desk.letters(OutboxKind.REPLY)[0].id)

    assert (before, _accepted(desk)) == ([None], [desk.house.now])


def _accepted(desk: MailDesk) -> list[Any]:
    return [row.accepted_at for row in desk.house.rows(assignments)]


def test_a_proven_copy_of_a_held_answer_lets_it_go(desk: MailDesk) -> None:
    desk.answers(Authentication_Results="")

    assert desk.answers() is InboxState.DUPLICATE
    assert [row.state for row in desk.letters(OutboxKind.REPLY)] == [DeliveryState.PENDING]


def test_many_forged_answers_ask_their_supposed_author_a_few_times(desk: MailDesk) -> None:
    for number in range(23):
        desk.answers(f"{SAID} {number}", Authentication_Results="", Message_ID=f"<{number}@x.example>")

    assert (len(desk.letters(OutboxKind.REPLY)), len(desk.told())) == (23, 20)


def test_a_held_answer_can_be_dropped(desk: MailDesk) -> None:
    desk.answers(Authentication_Results="")
    (letter,) = desk.letters(OutboxKind.REPLY)

    _held(desk, "ana", letter.id, drop=True)

    assert desk.letters(OutboxKind.REPLY)[0].state == DeliveryState.DROPPED


def test_one_tap_on_the_phone_lets_a_held_answer_go_or_drops_it(sqlite_store: Store, tmp_path: Path) -> None:
    house = StaffHouse(sqlite_store, tmp_path, settings={**STAFF, "members": '"ana"', "notify": '"email", "telegram"'})
    house.link("ana", ANA)
    desk = MailDesk(house)
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


def test_who_forges_mails_of_ours_does_not_fill_our_mailbox(desk: MailDesk) -> None:
    for number in range(6):
        desk.answers("", Authentication_Results="", Message_ID=f"<forged-{number}@x.example>")

    assert len(desk.told()) == 3


def _press(house: StaffHouse, data: str) -> None:
    """Ana presses a button of the bot's."""
    who = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    under = {"message_id": 7, "date": int(house.now.timestamp()), "chat": {"id": ANA, "type": "private"}}
    press = {"id": "1", "from": who, "message": under, "chat_instance": "1", "data": data}
    assert route_item(house.router, house.bring({"callback_query": press})) is InboxState.ROUTED


def _held(desk: MailDesk, agent: str, number: int, *, drop: bool = False, seen: int | None = None) -> None:
    with desk.house.store.write() as connection:
        move = begin(connection, desk.house.router.house, agent, Side.TELEGRAM, now=desk.house.now)
        drop_held_answer(move, number) if drop else release_held_answer(move, number, seen=seen)
        move.journal.flush(connection)
