"""What is told to whom: nothing of a case to somebody who may not see it, whatever the engine and the order of commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from desk.entry.person import Person
from desk.entry.seeing import may_see
from desk.live.notices import Notices
from desk.live.topics import Happening, News, Occasion, occasion_of, sees
from desk.machine.trail import Row, Trail
from tests.store.rows import NOW, add_case, add_house
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.recent_events import CaseNow, cases_now, events_after, events_with, message_texts, newest_event
from ventanilla.store.tables import agents, assignments, collaborators, conversations, teams
from ventanilla.words import EventKind, Role

CASE = CaseNow(
    id=1, key="K7M", team="atencion", owner="ana", helpers=frozenset(), mode="live", in_line=False, subject="Hola"
)


def person(agent: str, role: Role = Role.AGENT, *of: str) -> Person:
    return Person(agent=agent, name=agent, role=role, language="es", teams=frozenset(of))


def happened(kind: EventKind, case: CaseNow | None = CASE, **about: str) -> Happening:
    return Happening(id=1, at=NOW, kind=kind, case=case, **{"actor": "router", **about})  # type: ignore[arg-type]


ANA, LUIS, PAU = person("ana", Role.AGENT, "atencion"), person("luis", Role.AGENT, "atencion"), person("pau")
MARTA, OLGA = person("marta", Role.SUPERVISOR), person("olga", Role.AUDITOR)


@pytest.mark.parametrize(
    ("who", "happening", "told"),
    [
        (ANA, happened(EventKind.MESSAGE_RECEIVED), {"cases", "case:K7M"}),
        (LUIS, happened(EventKind.MESSAGE_RECEIVED), {"case:K7M"}),
        (PAU, happened(EventKind.MESSAGE_RECEIVED), set()),
        (PAU, happened(EventKind.NOTED, replace(CASE, helpers=frozenset({"pau"}))), {"cases", "case:K7M"}),
        (PAU, happened(EventKind.RELEASED, agent="pau"), {"cases"}),
        (PAU, happened(EventKind.COLLABORATOR_REMOVED, agent="pau"), {"cases"}),
        (PAU, happened(EventKind.LINE_ENTERED), set()),
        (LUIS, happened(EventKind.LINE_ENTERED), {"case:K7M", "line", "cases"}),
        (MARTA, happened(EventKind.LINE_LEFT), {"case:K7M", "line", "board"}),
        (OLGA, happened(EventKind.MESSAGE_RECEIVED), {"case:K7M", "board"}),
        (PAU, happened(EventKind.NOTED, replace(CASE, into=replace(CASE, owner="pau"))), {"case:K7M"}),
        (MARTA, happened(EventKind.CHANNEL_PAUSED, None), {"board", "channels"}),
        (ANA, happened(EventKind.CHANNEL_PAUSED, None), set()),
        (ANA, happened(EventKind.PRESENCE, None, agent="ana"), {"cases"}),
        (MARTA, happened(EventKind.LOGGED_IN, None, agent="ana"), set()),
        (ANA, happened(EventKind.NOTICE_SENT, agent="ana"), {"case:K7M"}),
        (ANA, happened(EventKind.DELIVERY), {"case:K7M"}),
        (MARTA, happened(EventKind.NOTICE_SENT), {"case:K7M", "board"}),
        (ANA, happened(EventKind.PROMISE_BREACHED), {"cases", "case:K7M"}),
    ],
)
def test_each_hears_what_concerns_them(who: Person, happening: Happening, told: set[str]) -> None:
    assert News([happening]).to(who) == told


def test_many_happenings_tell_each_what_all_of_them_tell_one_by_one() -> None:
    elsewhere = replace(CASE, id=2, key="P4R", team="otros", owner="pau", helpers=frozenset({"luis"}))
    merged = replace(CASE, id=3, key="Z9T", team="otros", owner="pau", into=CASE)
    happenings = [happened(kind, case, agent="luis") for kind in EventKind for case in (CASE, elsewhere, merged, None)]

    for who in (ANA, LUIS, PAU, MARTA, OLGA, person("eva", Role.AGENT, "otros", "atencion")):
        for some in (happenings, happenings[::7], happenings[3::11], []):
            one_by_one = {topic for happening in some for topic in News([happening]).to(who)}
            assert News(some).to(who) == one_by_one
            assert News(some).to(who, shown={"P4R"}) == {
                topic for topic in one_by_one if topic in ("case:P4R", "cases", "line", "board", "channels")
            }


def test_what_a_mail_costs_does_not_grow_with_those_who_are_not_concerned(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(who: Person, case: CaseNow) -> bool:
        asked.append(who.agent)
        return sees(who, case)

    monkeypatch.setattr("desk.live.topics.sees", counted)
    crowd = [person(f"agent{number}", Role.AGENT, "atencion") for number in range(200)]
    mail = [happened(kind) for kind in (EventKind.MESSAGE_RECEIVED, EventKind.TURN_OPENED, EventKind.DUE_SET)]

    news = News(mail)
    told = [topics for who in [ANA, *crowd] if (topics := news.to(who, shown=()))]

    assert told == [{"cases"}]
    assert set(asked) == {"ana"}


@pytest.mark.parametrize(
    ("happening", "occasion"),
    [
        (happened(EventKind.ASSIGNED, agent="ana"), Occasion.NEW),
        (happened(EventKind.ASSIGNED, agent="luis"), None),
        (happened(EventKind.MESSAGE_RECEIVED), Occasion.WROTE),
        (happened(EventKind.PROMISE_WARNED), Occasion.WARNED),
        (happened(EventKind.ASSIGNED, agent="ana", actor="ana"), None),
        (happened(EventKind.ASSIGNED, replace(CASE, in_line=True), agent="ana"), None),
        (happened(EventKind.MESSAGE_RECEIVED, replace(CASE, mode="observe")), None),
        (happened(EventKind.NOTED), None),
    ],
)
def test_its_owner_alone_is_told_on_the_desktop(happening: Happening, occasion: Occasion | None) -> None:
    assert occasion_of(happening, ANA) is occasion
    assert {occasion_of(happening, each) for each in (LUIS, PAU, MARTA, OLGA)} == {None}


def test_a_case_is_told_of_once_a_minute_by_its_most_telling_event() -> None:
    notices = Notices()
    at_once = [happened(EventKind.MESSAGE_RECEIVED), happened(EventKind.ASSIGNED, agent="ana")]

    def chosen(seconds: int, *happenings: Happening) -> list[Occasion]:
        due = notices.choose(happenings, [ANA, ANA, LUIS], now=NOW + timedelta(seconds=seconds))
        return [one.occasion for one in due]

    assert chosen(0, *at_once) == [Occasion.NEW]
    assert chosen(59, happened(EventKind.PROMISE_WARNED)) == []
    assert chosen(60, happened(EventKind.MESSAGE_RECEIVED)) == [Occasion.WROTE]


def test_who_turned_notices_off_gets_none() -> None:
    quiet = replace(ANA, preferences={"notifications": False})

    assert Notices().choose([happened(EventKind.MESSAGE_RECEIVED)], [quiet], now=NOW) == []


def test_who_is_told_of_a_case_is_who_may_see_it_by_the_store(store: Store) -> None:
    with store.write() as connection:
        add_house(connection)
        connection.execute(sa.insert(teams).values(name="otros"))
        connection.execute(sa.insert(agents).values(name="pau", display_name="Pau", capacity=8))
        add_case(connection, 1, "ana")
        add_case(connection, 2, "luis", team="otros")
        add_case(connection, 3, "pau", team="otros")
        add_case(connection, 4, "pau", team="otros")
        close = sa.update(assignments).where(assignments.c.conversation_id == 4)
        connection.execute(close.values(is_open=None, released_at=NOW, release_reason="merged"))
        merged = {"state": "merged", "owned": None, "waiting_since": None, "merged_into": 1}
        connection.execute(sa.update(conversations).where(conversations.c.id == 4).values(**merged))
        helper = {"conversation_id": 3, "agent": "luis", "added_by": "pau", "added_at": NOW}
        connection.execute(sa.insert(collaborators).values(**helper))
    people = [ANA, LUIS, person("pau", Role.AGENT, "otros"), person("eva"), MARTA, OLGA, person("iris", Role.ADMIN)]

    with store.read() as connection:
        cases = cases_now(connection, [1, 2, 3, 4])
        for one in people:
            for number, case in cases.items():
                assert sees(one, case) is may_see(connection, one, number), (one.agent, number)
        assert message_texts(connection, []) == {}


def test_every_event_is_told_once_though_it_commits_behind_one_with_a_higher_number(postgresql_store: Store) -> None:
    store = postgresql_store
    read = _reader(store)
    late = store.engine.connect()
    transaction = late.begin()
    _note(late, EventKind.NOTED)
    with store.write() as connection:
        _note(connection, EventKind.ASSIGNED)

    assert [row["kind"] for row in read()] == ["assigned"]
    assert read() == []
    transaction.commit()
    late.close()
    assert [row["kind"] for row in read()] == ["noted"]
    assert read() == []


def test_the_log_is_followed_from_where_it_is_on_each_engine(store: Store) -> None:
    with store.write() as connection:
        _note(connection, EventKind.NOTED)
    read = _reader(store)
    for kind in (EventKind.CASE_OPENED, EventKind.ASSIGNED):
        with store.write() as connection:
            _note(connection, kind)

    assert [row["kind"] for row in read()] == ["case_opened", "assigned"]
    assert read() == []


def _note(connection: sa.Connection, kind: EventKind) -> None:
    journal = Journal(now=NOW, actor="test")
    journal.add(kind)
    journal.flush(connection)


def _reader(store: Store) -> Callable[[], list[Row]]:
    def after(last: int, most: int) -> Sequence[Row]:
        with store.read() as connection:
            return events_after(connection, last, most)

    def given(ids: Sequence[int]) -> Sequence[Row]:
        with store.read() as connection:
            return events_with(connection, ids)

    with store.read() as connection:
        newest = newest_event(connection)
    return Trail(newest=newest, open={}, final=frozenset({"told"}), after=after, of=given).ended
