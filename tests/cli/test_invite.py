"""`invite`, and whom `agents` and `check --connect` say the staff's bot reaches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
import sqlalchemy as sa

from cli.qr import qr_lines
from tests.cli.conftest import Ask, Read
from tests.cli.staff_town import StaffTown, staff_town
from tests.cli.town import Town
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, events, invitations
from ventanilla.store.telegram_links import note_refused
from ventanilla.words import EventKind

LINK = re.compile(r"https://t\.me/ventanilla_test_bot\?start=([A-Za-z0-9_-]{32})")


@pytest.fixture
def staff(sqlite_store: Store, tmp_path: Path) -> Iterator[StaffTown]:
    with staff_town(sqlite_store, tmp_path) as town:
        yield town


def test_an_invitation_is_a_link_and_a_code_whose_token_is_kept_as_a_hash_alone(staff: StaffTown, read: Read) -> None:
    said = read(staff.town, "invite", "ana")

    token = LINK.findall(said)[0]
    with staff.town.store.read() as connection:
        (row,) = connection.execute(sa.select(invitations)).all()
        (event,) = connection.execute(sa.select(events).where(events.c.kind == EventKind.AGENT_INVITED)).all()
    assert row.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert row.expires_at - row.created_at == timedelta(hours=48)
    assert (event.agent, token in str(event.data)) == ("ana", False)
    assert sum("▀" in line or "▄" in line for line in said.splitlines()) > 15
    assert staff.api.token not in said


def test_json_has_the_link_and_until_when_it_is_good(staff: StaffTown, ask: Ask) -> None:
    told = ask(staff.town, "invite", "ana")

    assert LINK.fullmatch(told["link"])
    assert told["agent"] == "ana"
    left = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=47) < left < timedelta(hours=48, minutes=1)


def test_a_new_invitation_makes_the_former_one_worthless(staff: StaffTown, ask: Ask) -> None:
    for _ in range(2):
        ask(staff.town, "invite", "ana")

    with staff.town.store.read() as connection:
        good = connection.scalar(
            sa.select(sa.func.count()).select_from(invitations).where(invitations.c.expires_at > datetime.now(UTC))
        )
    assert good == 1


def test_without_a_bot_for_the_staff_it_says_how_to_get_one(town: Town, read: Read) -> None:
    assert "make one with @BotFather" in read(town, "invite", "ana", code=2)


def test_only_people_of_the_house_are_invited(staff: StaffTown, read: Read) -> None:
    assert 'there is no agent "an"; did you mean "ana"?' in read(staff.town, "invite", "an", code=2)
    with staff.town.store.write() as connection:
        connection.execute(sa.update(agents).where(agents.c.name == "luis").values(enabled=False))

    assert "agent luis left" in read(staff.town, "invite", "luis", code=2)


def test_a_revoked_token_makes_no_invitation_and_names_the_cure(staff: StaffTown, read: Read, tmp_path: Path) -> None:
    (tmp_path / "staff-bot").write_text("7000001:AAF-another_secret", encoding="utf-8")

    assert "@BotFather" in read(staff.town, "invite", "ana", code=3)
    with staff.town.store.read() as connection:
        assert connection.execute(sa.select(invitations)).all() == []


def test_the_code_says_the_link_whatever_the_colours() -> None:
    link = "https://t.me/ventanilla_test_bot?start=" + "x" * 32
    expected = [[bool(module) for module in row] for row in segno.make(link, error="l", boost_error=False).matrix]

    for colour in (True, False):
        lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in qr_lines(link, colour=colour)]
        assert all("\x1b" not in line for line in qr_lines(link, colour=False))
        dark = [[(half in pair) == colour for pair in map(_halves, line)] for line in lines for half in ("up", "down")]
        size = len(expected)
        assert [row[2 : 2 + size] for row in dark[2 : 2 + size]] == expected


def _halves(character: str) -> set[str]:
    return {"█": {"up", "down"}, "▀": {"up"}, "▄": {"down"}, " ": set()}[character]


def test_agents_says_who_is_linked_who_is_waited_for_and_who_blocked_the_bot(staff: StaffTown, ask: Ask) -> None:
    staff.link("ana", 1001)
    staff.link("luis", 1002)
    ask(staff.town, "invite", "marta")
    with staff.town.store.write() as connection:
        note_refused(connection, "luis", "1002", journal=Journal(now=datetime.now(UTC), actor="test"))

    told = {one["name"]: one["telegram"] for one in ask(staff.town, "agents")}
    assert told == {"ana": "linked", "luis": "refused", "marta": "waiting"}


def test_check_connect_says_whom_the_bot_cannot_reach_and_what_to_do(staff: StaffTown, ask: Ask) -> None:
    staff.link("ana", 1001)

    found = [one for one in ask(staff.town, "check", "--connect", code=3)["findings"] if one["channel"] == "staff"]

    assert any("ventanilla_test_bot" in one["message"] for one in found)
    people = {
        one["subject"]: (one["ok"], one["message"], one["cure"]) for one in found if "Telegram" not in one["subject"]
    }
    assert "ana" not in people
    assert people["luis"] == (
        True,
        "is not linked to the staff's bot; told by email instead",
        "`ventanilla invite luis`",
    )
