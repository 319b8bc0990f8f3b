"""How a Telegram account becomes somebody's: by an invitation, by the file; and what everybody else is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.router.house_for_tests import mail
from tests.router.staff_house import ANA, LUIS, STRANGER, StaffHouse
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.tables import contacts, conversations, events, inbox, invitations, outbox
from ventanilla.words import STAFF_TELEGRAM, EventKind, InboxState, OutboxKind


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> StaffHouse:
    return StaffHouse(sqlite_store, tmp_path)


def kinds(house: StaffHouse) -> list[str]:
    return [row.kind for row in house.rows(events) if row.kind.startswith("agent_")]


def check_books(house: StaffHouse) -> None:
    """Nothing of the staff's is a customer's, and every promise holds."""
    assert house.rows(conversations) == []
    assert house.rows(contacts) == []
    with house.store.read() as connection:
        assert not any(audit(connection, blobs=house.store.blobs, now=house.now).values())


def test_an_invitation_links_the_account_that_opens_it_and_its_notices_go_there(store: Store, tmp_path: Path) -> None:
    house = StaffHouse(store, tmp_path)
    token = house.invite("ana")

    assert house.say(ANA, f"/start {token}") is InboxState.ROUTED

    ana = house.agent("ana")
    assert (ana.telegram, ana.telegram_proven_at) == (str(ANA), house.now)
    assert "Hola, Ana. Listo" in house.told(ANA)[0]
    assert "/pausa" in house.told(ANA)[0]
    assert kinds(house) == [EventKind.AGENT_INVITED, EventKind.AGENT_LINKED]
    assert all(token not in row.token_sha256 for row in house.rows(invitations))
    check_books(house)

    house.receive(mail())
    (notice,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.NOTICE)
    assert (notice.via, notice.recipient, notice.agent) == (STAFF_TELEGRAM, str(ANA), "ana")


def test_an_invitation_is_good_once(house: StaffHouse) -> None:
    token = house.invite("ana")
    house.say(ANA, f"/start {token}")

    assert house.say(STRANGER, f"/start {token}") is InboxState.SCREENED

    assert "ya se ha usado" in house.told(STRANGER)[0]
    assert house.agent("ana").telegram == str(ANA)


def test_whoever_presses_start_twice_hears_that_all_is_well(house: StaffHouse) -> None:
    token = house.invite("ana")
    for _ in range(2):
        assert house.say(ANA, f"/start {token}") is InboxState.ROUTED

    assert "ya estaba enlazada" in house.told(ANA)[1]


@pytest.mark.parametrize("how", ["too late", "replaced"])
def test_an_invitation_that_is_no_longer_good_links_nobody_and_says_why(house: StaffHouse, how: str) -> None:
    token = house.invite("ana")
    if how == "replaced":
        house.invite("ana")
    else:
        house.later(hours=48)

    assert house.say(ANA, f"/start {token}") is InboxState.SCREENED

    assert "ya no vale" in house.told(ANA)[0]
    assert house.agent("ana").telegram is None


def test_an_account_that_is_somebody_elses_is_refused_and_the_invitation_stays_good(house: StaffHouse) -> None:
    house.link("ana", ANA)
    token = house.invite("luis")

    house.say(ANA, f"/start {token}")
    assert "ya es de Ana" in house.told(ANA)[-1]
    assert house.agent("luis").telegram is None

    house.say(LUIS, f"/start {token}")
    assert house.agent("luis").telegram == str(LUIS)


def test_linking_another_account_takes_leave_of_the_former_one(house: StaffHouse) -> None:
    house.link("ana", ANA)
    house.link("ana", STRANGER)

    assert house.agent("ana").telegram == str(STRANGER)
    assert "van desde ahora a otra cuenta" in house.told(ANA)[-1]
    assert house.say(ANA, "/casos") is InboxState.SCREENED


def test_an_id_of_the_file_counts_only_once_its_account_has_written(house: StaffHouse) -> None:
    house.apply(ana=f"telegram = {ANA}")
    house.receive(mail())
    assert {row.via for row in house.rows(outbox)} == {"soporte"}

    house.say(ANA, "/start")

    assert house.agent("ana").telegram == str(ANA)
    assert "Hola, Ana. Listo" in house.told(ANA)[0]
    house.say(ANA, "/start")
    assert "ya estaba enlazada" in house.told(ANA)[1]


def test_the_files_account_takes_over_from_an_invited_one_only_when_it_says_start(house: StaffHouse) -> None:
    house.apply(ana=f"telegram = {ANA}")
    house.link("ana", STRANGER)

    assert house.say(ANA, "/casos") is InboxState.SCREENED
    assert house.agent("ana").telegram == str(STRANGER)

    assert house.say(ANA, "/start") is InboxState.ROUTED
    assert house.agent("ana").telegram == str(ANA)
    assert "van desde ahora a otra cuenta" in house.told(STRANGER)[-1]


def test_a_changed_id_in_the_file_undoes_the_link_and_an_unchanged_one_leaves_it(house: StaffHouse) -> None:
    house.apply(ana=f"telegram = {ANA}")
    house.say(ANA, "/start")

    house.apply(luis="languages = ['es']")
    assert house.agent("ana").telegram == str(ANA)

    house.apply(ana=f"telegram = {STRANGER}")
    assert house.agent("ana").telegram is None
    assert kinds(house)[-1] == EventKind.AGENT_UNLINKED


def test_what_somebody_linked_by_an_invitation_outlives_a_reload_of_the_same_file(house: StaffHouse) -> None:
    house.apply(ana="telegram = 777")
    house.link("ana", ANA)

    house.apply(luis="languages = ['es']")

    assert house.agent("ana").telegram == str(ANA)


def test_an_id_that_the_file_gives_to_somebody_else_is_theirs(house: StaffHouse) -> None:
    house.link("ana", ANA)

    house.apply(luis=f"telegram = {ANA}")

    assert house.agent("ana").telegram is None
    house.say(ANA, "/start")
    assert house.agent("luis").telegram == str(ANA)


def test_whoever_leaves_is_linked_no_more(house: StaffHouse) -> None:
    house.link("luis", LUIS)

    house.apply(luis="left = 2026-11-01")

    assert house.agent("luis").telegram is None
    assert house.say(LUIS, "/casos") is InboxState.SCREENED


def test_a_stranger_gets_one_polite_line_an_hour_and_everything_is_counted(house: StaffHouse) -> None:
    for _ in range(3):
        assert house.say(STRANGER, "hola, quiero un pedido") is InboxState.SCREENED
    assert [("solo escribe a quienes trabajan en Ferretería Sol" in text) for text in house.told(STRANGER)] == [True]

    house.later(minutes=61)
    house.say(STRANGER, "hola?", sender={"language_code": "en-GB"})

    assert "nobody else" in house.told(STRANGER)[1]
    assert {row.reason for row in house.rows(inbox)} == {"staff: stranger"}
    check_books(house)


def test_whoever_tries_invitation_after_invitation_is_soon_told_nothing(house: StaffHouse) -> None:
    for number in range(9):
        house.say(STRANGER, f"/start nonsense{number}")

    assert len(house.told(STRANGER)) == 5


def test_somebody_who_blocks_the_bot_is_told_otherwise_until_they_let_it_in_again(house: StaffHouse) -> None:
    house.link("ana", ANA)

    house.happens(ANA, "kicked")
    assert house.agent("ana").telegram_refused_at == house.now
    house.receive(mail())
    house.happens(ANA, "member")
    house.later(minutes=1)
    house.receive(mail(sender="otra@clientes.example"))
    house.receive(mail(sender="tercera@clientes.example"))

    notices = house.rows(outbox, lambda t: (t.c.kind == OutboxKind.NOTICE) & (t.c.agent == "ana"))
    assert [row.via for row in notices] == ["soporte", STAFF_TELEGRAM]
    assert kinds(house)[-2:] == [EventKind.AGENT_UNREACHABLE, EventKind.AGENT_LINKED]
    assert house.now - house.agent("ana").telegram_proven_at == timedelta(minutes=1)
