"""The house's pages: who may see them, what they say, and what a supervisor can do there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from desk.words import WORDS
from router.service import route_item
from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from tests.router.house_for_tests import mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import api_tokens, channels, conversations, events, inbox, outbox, sessions
from ventanilla.words import EventKind, InboxState, LookedAt, OutboxKind

PLACES = ("/house", "/house/inbox", "/house/outbox", "/house/people", "/house/calendars/madrid")
NEWSLETTER: dict[str, Any] = {
    "sender": "News <news@shop.example>",
    "subject": "Rebajas",
    "text": "Todo a mitad de precio <script>alert(1)</script>",
    "headers": {"List-Id": "<news.shop.example>", "List-Unsubscribe": "<mailto:x@shop.example>"},
}


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def screened(house: SiteHouse, **about: Any) -> int:
    """A newsletter in the ledger; its number."""
    house.house.receive(mail(**{**NEWSLETTER, **about}))
    row = house.house.rows(inbox)[-1]
    assert row.state == InboxState.SCREENED
    return int(row.id)


def receipts(house: SiteHouse, state: str, count: int, **values: Any) -> list[int]:
    """So many receipts to customers in this state."""
    for number in range(count):
        house.receive(message_id=f"<{state}{number}@x>", sender=f"c{number}@{state}.example")
    mine = (outbox.c.kind == OutboxKind.ACKNOWLEDGEMENT) & (outbox.c.state == "pending")
    with house.house.store.write() as connection:
        ids = list(connection.scalars(sa.select(outbox.c.id).where(mine)))
        connection.execute(sa.update(outbox).where(outbox.c.id.in_(ids)).values(state=state, **values))
    return ids


def states(house: SiteHouse, ids: list[int]) -> list[str]:
    return [row.state for row in house.house.rows(outbox, lambda table: table.c.id.in_(ids))]


def test_whoever_oversees_sees_the_house_and_an_agent_is_told_why_not(house: SiteHouse) -> None:
    found = {}
    for agent in ("ana", "marta", "iris", "olga"):
        with visiting(house, agent) as browser:
            answers = [browser.get(path) for path in PLACES]
        found[agent] = {answer.status_code for answer in answers}
        if agent == "ana":
            assert all("Tu función es agente" in text_of(answer.text) for answer in answers)

    assert found == {"ana": {403}, "marta": {200}, "iris": {200}, "olga": {200}}


@pytest.mark.parametrize(("path", "allowed"), [("/house/tokens", {"iris"}), ("/house/trail", {"iris", "olga"})])
def test_tokens_are_the_admins_and_the_trail_is_of_whoever_looks_things_over(
    house: SiteHouse, path: str, allowed: set[str]
) -> None:
    found = set()
    for agent in ("ana", "marta", "iris", "olga"):
        with visiting(house, agent) as browser:
            if browser.get(path).status_code == 200:
                found.add(agent)

    assert found == allowed


def test_an_auditor_sees_no_button_and_can_do_nothing(house: SiteHouse) -> None:
    number = screened(house)
    (letter,) = receipts(house, "held", 1)
    with visiting(house, "olga") as browser:
        pages = [
            browser.get(path).text for path in (f"/house/inbox/{number}", "/house/inbox", f"/house/outbox/{letter}")
        ]
        refused = [
            browser.submit("/house/inbox/release", id=number),
            browser.submit("/house/outbox/drop", id=letter, sure="1"),
            browser.submit("/house/people/ana/invite"),
        ]

    assert not any("/house/inbox/release" in page or "/house/outbox/drop" in page for page in pages)
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert house.house.rows(inbox)[0].state == InboxState.SCREENED
    assert states(house, [letter]) == ["held"]


def test_the_overview_says_what_is_in_force_and_how_each_channel_fares(house: SiteHouse) -> None:
    trouble = {"problem": "login refused", "cure": "check the password", "failures": 2}
    with house.house.store.write() as connection:
        connection.execute(sa.update(channels).values(**trouble))
    house.receive()
    with visiting(house, "marta") as browser:
        said = text_of(browser.get("/house").text)

    for part in ("versión 1", "soporte", "escribe a clientes", "login refused", "check the password", "2 fallos"):
        assert part in said
    for part in ("Primera respuesta: el 90 % en 1 h", "[promises.normal]", "lun–vie 09:00–14:00, 15:00–18:00"):
        assert part in said


def test_a_screened_item_is_shown_as_text_and_whoever_read_it_is_noted(house: SiteHouse) -> None:
    number = screened(house)
    with visiting(house, "marta") as browser:
        page = browser.get(f"/house/inbox/{number}").text
        listed = text_of(browser.get("/house/inbox").text)

    assert "Todo a mitad de precio &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "news@shop.example" in listed
    assert "Rebajas" in listed
    with visiting(house, "iris") as browser:
        assert f"entrada: {number}" in text_of(browser.get("/house/trail?what=look:original").text)


def test_a_screened_item_is_let_through_in_the_supervisors_name_and_becomes_a_case(house: SiteHouse) -> None:
    number = screened(house)
    with visiting(house, "marta") as browser:
        answer = browser.submit("/house/inbox/release", id=number)
        again = browser.submit("/house/inbox/release", id=number)

    assert (answer.status_code, again.status_code) == (303, 422)
    assert house.enqueued == [number]
    assert house.house.rows(inbox)[0].released_by == "marta"
    assert route_item(house.house.router, number) is InboxState.ROUTED
    assert len(house.house.rows(conversations)) == 1
    told = house.house.rows(events, lambda table: table.c.kind == EventKind.MESSAGE_RELEASED)
    assert [(row.actor, row.inbox_id) for row in told] == [("marta", number)]


def test_several_are_let_through_only_after_they_were_confirmed(house: SiteHouse) -> None:
    numbers = [screened(house, message_id=f"<{each}@x>") for each in range(3)]
    with visiting(house, "marta") as browser:
        asked = browser.submit("/house/inbox/release", id=numbers)
        assert "¿Dejar pasar 3 mensajes?" in asked.text
        assert {row.state for row in house.house.rows(inbox)} == {InboxState.SCREENED}
        done = browser.submit("/house/inbox/release", id=numbers, sure="1")

    assert done.status_code == 303
    assert {row.state for row in house.house.rows(inbox)} == {InboxState.PENDING}


def test_what_could_not_be_read_is_shown_as_it_came_and_tried_again(house: SiteHouse) -> None:
    number = house.house.commit(
        b"Subject: x\r\n\r\n\x00 half of it", note="unfetchable: the server closed the connection"
    )
    assert route_item(house.house.router, number) is InboxState.QUARANTINED
    with visiting(house, "marta") as browser:
        page = text_of(browser.get(f"/house/inbox/{number}").text)
        released = browser.submit("/house/inbox/release", id=number)
        answer = browser.submit("/house/inbox/replay", id=number)

    assert "Tal como llegó" in page
    assert "half of it" in page
    assert (released.status_code, answer.status_code) == (422, 303)
    assert house.house.rows(inbox)[0].state == InboxState.PENDING


@pytest.mark.parametrize(
    ("state", "what", "after"),
    [
        ("held", "release_letters", "pending"),
        ("failed", "resend", "pending"),
        ("unknown", "arrived", "sent"),
        ("unknown", "drop", "dropped"),
    ],
)
def test_a_letter_is_settled_once_it_was_confirmed(house: SiteHouse, state: str, what: str, after: str) -> None:
    ids = receipts(house, state, 2, reason="brake: too many")
    with visiting(house, "marta") as browser:
        listed = text_of(browser.get(f"/house/outbox?state={state}").text)
        asked = browser.submit(f"/house/outbox/{what}", id=ids)
        unchanged = states(house, ids)
        done = browser.submit(f"/house/outbox/{what}", id=ids, sure="1")
        late = browser.submit("/house/outbox/release_letters", id=ids, sure="1")

    assert "brake: too many" in listed
    assert "2 son para clientes" in text_of(asked.text)
    assert unchanged == [state, state]
    assert (done.status_code, late.status_code) == (303, 422)
    assert states(house, ids) == [after, after]


def test_the_text_of_a_notice_to_our_own_people_is_not_shown(house: SiteHouse) -> None:
    house.receive()
    written = {row.kind: row for row in house.house.rows(outbox)}
    notice, receipt = written[OutboxKind.NOTICE], written[OutboxKind.ACKNOWLEDGEMENT]
    with visiting(house, "marta") as browser:
        pages = [browser.get(f"/house/outbox/{row.id}").text for row in (notice, receipt)]

    assert "no se muestra" in pages[0]
    assert notice.payload["text"].splitlines()[0] not in pages[0]
    assert receipt.payload["subject"] in text_of(pages[1])


def test_an_admin_invites_somebody_with_a_link_that_is_shown_once_and_ends_their_sessions(house: SiteHouse) -> None:
    with visiting(house, "ana") as theirs, visiting(house, "iris") as browser:
        page = browser.submit("/house/people/ana/invite").text
        assert "/welcome/" in page
        assert "/welcome/" not in browser.get("/house/people").text
        assert browser.submit("/house/people/nobody/invite").status_code == 404
        assert browser.submit("/house/people/ana/end").status_code == 303
        assert theirs.get("/account").status_code == 303
    with visiting(house, "marta") as browser:
        assert browser.submit("/house/people/ana/invite").status_code == 403

    assert [row.agent for row in house.house.rows(sessions) if row.ended_at] == ["ana"]


def test_an_admin_revokes_a_programs_token(house: SiteHouse) -> None:
    about = {"name": "nightly", "agent": "ana", "scopes": ["read"], "made_by": "ana", "token_sha256": "x"}
    with house.house.store.write() as connection:
        connection.execute(sa.insert(api_tokens).values(created_at=datetime(2026, 11, 1, tzinfo=UTC), **about))
    with visiting(house, "iris") as browser:
        assert "nightly" in browser.get("/house/tokens").text
        assert browser.submit("/house/tokens/1/revoke").status_code == 303
        assert browser.submit("/house/tokens/1/revoke").status_code == 404

    assert house.house.rows(api_tokens)[0].revoked_at == house.house.now


def test_every_kind_of_event_and_of_look_has_its_words() -> None:
    for words in WORDS.values():
        assert [kind.value for kind in EventKind if f"trail.deed.{kind}" not in words] == []
        assert [look.value for look in LookedAt if f"trail.look.{look}" not in words] == []
