"""What the board's pages show, looked up once for everybody who looks: the live state, today's figures, the part that is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from desk.pages.board.kept import kept_of
from desk.pages.page import Visit
from reports.today import Today, look_at_today
from router.promises.unclassified import unclassified
from ventanilla.store.views.board import Board, Part, cards_of, look_at_board, newest_event
from ventanilla.words import Role

LIVE_FOR, FIGURES_FOR, COUNTED_FOR = timedelta(seconds=3), timedelta(seconds=30), timedelta(seconds=60)
"""How long the live state, the day's figures and the count of what nobody classified are kept. Whatever happened in a case since
ends the first of them at once. A browser asks for the plots every 30 s at most: what it shows is no older than a minute."""
EACH, MANY, EACH_OF_MANY, CROWD = 6, 12, 3, 30
"""Cards of each person; how many people are many, and cards of each of them; above CROWD only those that are asked for."""
MOST_OPENED = 12
NEAREST = 8
SCREENED_SINCE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Somebody who can be given cases."""

    agent: str
    name: str
    presence: str
    waiting: int
    capacity: int


def part_of(visit: Visit) -> Part:
    """The part of the house that the address asks for; names that there are not are none."""
    config = visit.desk.config
    team, channel = visit.given("team"), visit.given("channel")
    return Part(team=team if team in config.teams else "", channel=channel if channel in config.channels else "")


def query_of(part: Part) -> dict[str, str]:
    """The same for an address."""
    return {name: value for name, value in (("team", part.team), ("channel", part.channel)) if value}


def opened_of(visit: Visit) -> tuple[str, ...]:
    """Of a crowd, whose cards are asked for (`who`, names with commas between them)."""
    agents = visit.desk.config.agents
    return tuple(dict.fromkeys(name for name in visit.given("who").split(",") if name in agents))[-MOST_OPENED:]


def asked_of(visit: Visit) -> dict[str, str]:
    """All that the address asks for, for another address: the part, and whose cards are open."""
    who = ",".join(opened_of(visit))
    return query_of(part_of(visit)) | ({"who": who} if who else {})


def board_of(visit: Visit, part: Part) -> Board:
    """The live state: at most some seconds old, and never older than the last thing that happened in a case."""
    desk, now = visit.desk, visit.now
    with desk.store.read() as connection:
        newest = newest_event(connection)

    def make() -> Board:
        with desk.store.read() as connection:
            board = look_at_board(
                connection, part, now=now, each=EACH, nearest=NEAREST, since=now - SCREENED_SINCE, crowd=CROWD
            )
        return replace(board, people=[one for one in board.people if one["open"] or one["name"] not in only_look])

    only_look = {name for name, one in desk.config.agents.items() if one.role is Role.AUDITOR}
    return kept_of(desk.store.engine).get(
        ("board", part), make, now=now, lasts=LIVE_FOR, still_good=lambda board: board.event_id >= newest
    )


def today_of(visit: Visit, part: Part) -> Today:
    """Today's figures, at most half a minute old; as `ventanilla report` has them."""
    desk, now = visit.desk, visit.now
    return kept_of(desk.store.engine).get(
        ("today", part, desk.house.version),
        lambda: look_at_today(desk.store, desk.house, now=now, team=part.team, channel=part.channel),
        now=now,
        lasts=FIGURES_FOR,
        patient=False,
    )


def unclassified_of(visit: Visit) -> int:
    """How many open queries sound like a complaint or a claim, at most a minute ago; of the whole house."""
    desk, now = visit.desk, visit.now

    def count() -> int:
        with desk.store.read() as connection:
            return len(unclassified(connection, desk.house))

    return kept_of(desk.store.engine).get(
        ("unclassified", desk.house.version), count, now=now, lasts=COUNTED_FOR, patient=False
    )


def receivers_of(visit: Visit, board: Board) -> list[Receiver]:
    """Who can be given cases: on duty first, then by name; nobody who only looks or has left."""
    config, today = visit.desk.config, visit.desk.house.today(visit.now)
    able = {name for name, one in config.agents.items() if one.role is not Role.AUDITOR and one.is_here(today)}
    return [
        Receiver(
            agent=one["name"],
            name=one["display_name"],
            presence=one["presence"],
            waiting=one["waiting"],
            capacity=one["capacity"],
        )
        for one in board.people
        if one["name"] in able and one["presence"] != "left"
    ]


def shared(visit: Visit, part: Part) -> dict[str, Any]:
    """What every page of the board fills in."""
    config = visit.desk.config
    board = board_of(visit, part)
    is_crowd = any(one["open_here"] and not one["cases"] for one in board.people)
    everybody = board if part == Part() else board_of(visit, Part())
    return {
        "board": board,
        "today": today_of(visit, part),
        "unclassified": unclassified_of(visit),
        "part": part,
        "asked": asked_of(visit),
        "teams": list(config.teams),
        "channels": list(config.channels),
        "receivers": receivers_of(visit, everybody),
        "each": EACH if is_crowd or len(board.people) <= MANY else EACH_OF_MANY,
        "is_compact": len(board.people) > MANY,
        "is_crowd": is_crowd,
        "opened": _opened(visit, part) if is_crowd else {},
    }


def _opened(visit: Visit, part: Part) -> dict[str, list[dict[str, Any]]]:
    """The cards of everybody whose cards are open, also of who has none."""
    names = opened_of(visit)
    if not names:
        return {}
    with visit.desk.store.read() as connection:
        cards = cards_of(connection, part, names, each=EACH)
    return {name: cards.get(name, []) for name in names}
