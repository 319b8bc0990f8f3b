"""Warnings and breaches: recorded at their own moment, told once, to whom the promise names, and only of what is still late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.merge import merge
from router.moves.reply import Answer, write_reply
from router.moves.resolve import mark_spam, resolve
from router.moves.restrict import restrict
from router.permission import still_allowed
from router.promises.crowd import MOST_BY_ONE
from router.promises.sweep import warn_and_break
from router.texts.promises import _WORDS
from tests.promises.late import SUPERVISED, alerts, clock, events_of, opened, sweep, told
from tests.router.house_for_tests import House, mail
from tests.router.moving import acting, do, go_out
from tests.store.test_plans import plans_of
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations, events, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind, Resolution

WARNED, BREACHED = EventKind.PROMISE_WARNED, EventKind.PROMISE_BREACHED


def house_with(store: Store, folder: Path, **settings: str) -> House:
    return House(store, folder, settings={**SUPERVISED, **settings})


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return house_with(sqlite_store, tmp_path)


def test_the_owner_is_warned_and_once_it_is_late_so_is_the_duty_person(store: Store, tmp_path: Path) -> None:
    # given a customer to whom an answer within the hour was promised
    house = house_with(store, tmp_path)
    case = opened(house)
    began = case.waiting_since
    clock(house, case)

    # when nobody answers and the sweeper looks, late and more than once
    for minutes in (44, 2, 1, 14, 3, 60):
        house.later(minutes=minutes)
        sweep(house)

    # then there is one warning and one breach, each of its own moment, whenever it was seen
    assert events_of(house) == [(WARNED, began + timedelta(minutes=45)), (BREACHED, began + timedelta(minutes=60))]
    assert told(house) == [case.owner, case.owner, "marta"]
    warned, breached, _ = alerts(house)
    assert f"el caso {case.key} vence hoy a las 11:00" in warned.payload["subject"]
    assert f"el caso {case.key} está fuera de plazo" in breached.payload["subject"]
    assert "«Asunto 1»" in warned.payload["text"]
    assert "El cliente espera desde hace 46 min." in warned.payload["text"]
    assert "Respuesta prometida: hoy a las 11:00." in breached.payload["text"]


def test_a_backlog_is_told_in_several_looks(house: House) -> None:
    for number in range(1, 4):
        clock(house, opened(house, number))
    house.later(hours=2)
    looks = [
        warn_and_break(house.store, house.router.house, Journal(now=house.now, actor="sweeper"), patience=0)
        for _ in range(4)
    ]

    assert looks == [1, 1, 1, 0]


def test_the_event_says_which_clock_of_which_promise_and_who_was_told(house: House) -> None:
    case = opened(house)
    clock(house, case)
    house.later(hours=2)

    assert sweep(house) == 1

    (event,) = house.rows(events, lambda t: t.c.kind == BREACHED)
    due = case.waiting_since + timedelta(hours=1)
    assert event.data == {
        "metric": "first_response",
        "number": 1,
        "promise": "normal",
        "due_at": due.isoformat(),
        "told": [case.owner, "marta"],
    }
    (row,) = house.rows(clocks)
    assert (row.warned_at, row.breached_at) == (None, house.now)


def test_a_warning_that_comes_too_late_is_skipped(house: House) -> None:
    clock(house, opened(house))
    house.later(hours=5)

    sweep(house)

    assert [kind for kind, _ in events_of(house)] == [BREACHED]


def test_a_person_who_is_named_twice_is_told_once(store: Store, tmp_path: Path) -> None:
    names = 'escalate = ["luis", "owner", "duty", "supervisors", "ana"]'
    house = house_with(store, tmp_path, more=names)
    case = opened(house)
    clock(house, case)
    house.later(hours=2)

    sweep(house)

    assert sorted(told(house)) == ["ana", "luis", "marta"]
    assert told(house)[0] == "luis"
    (event,) = house.rows(events, lambda t: t.c.kind == BREACHED)
    assert event.data["told"] == told(house)


def test_in_the_place_of_whoever_has_left_the_next_is_warned(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, more='escalate = ["luis", "marta"]')
    clock(house, opened(house))
    house.apply(luis='left = "2026-11-22"')
    house.later(minutes=50)
    sweep(house)

    assert told(house) == ["marta"]


def test_a_breach_that_a_merge_brings_is_news_to_the_owner_alone(house: House) -> None:
    # given a breach of which the owner and the duty person were told
    late, into = opened(house), opened(house, 2)
    clock(house, late)
    house.later(hours=2)
    sweep(house)

    # when somebody else's case takes over that customer's wait
    do(house, merge, late.key, into.key, customers_differ=True, as_="marta")
    clock(house, into)
    sweep(house)

    assert told(house) == [late.owner, "marta", into.owner]
    assert [row.data["told"] for row in house.rows(events, lambda t: t.c.kind == BREACHED)] == [
        [late.owner, "marta"],
        [into.owner],
    ]


def test_a_promise_that_names_nobody_is_recorded_all_the_same(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, more="escalate = []")
    clock(house, opened(house))
    house.later(hours=2)

    assert (sweep(house), told(house)) == (1, [])


EVENINGS = {"ana": 'calendar = "tardes"', "luis": 'calendar = "tardes"'}


def test_in_the_place_of_an_owner_off_duty_the_duty_person_is_warned(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, members='"ana"', team='away_grace = "12h"')
    case = opened(house)
    assert case.owner == "ana"
    clock(house, case)
    house.apply(**EVENINGS)
    opened(house, 2)  # routing looks who is there
    house.later(minutes=50)

    sweep(house)

    (alert,) = alerts(house)
    assert alert.agent == "marta"
    assert "Ana no está de turno" in alert.payload["text"]
    assert "Responde de él: Ana." in alert.payload["text"]


def test_where_nobody_is_there_it_waits_for_the_owners_shift_and_is_dropped_if_it_is_over_by_then(
    sqlite_store: Store, tmp_path: Path
) -> None:
    off = 'calendar = "tardes"'
    house = house_with(sqlite_store, tmp_path, ana=off, luis=off)
    house.apply(marta=f'role = "supervisor"\n{off}')
    case = opened(house)
    clock(house, case)
    house.later(minutes=50)

    sweep(house)

    (alert,) = warnings(house)
    assert (alert.agent, alert.not_before) == (case.owner, datetime(2026, 11, 23, 14, 0, tzinfo=UTC))  # at three
    with house.store.write() as connection:
        assert still_allowed(connection, house.router.house, alert) is None
        stopped = {"stopped_at": house.now, "ended": "replied", "elapsed": 1, "business": 1}
        connection.execute(sa.update(clocks).values(stopped))
        assert still_allowed(connection, house.router.house, alert) == "nothing to warn of any more: replied"


def warnings(house: House) -> list[sa.Row[Any]]:
    return [row for row in alerts(house) if row.dedupe_key.startswith("warned:")]


def test_an_urgent_case_reaches_its_owner_off_duty(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, members='"ana"', **EVENINGS)
    case = opened(house)
    with house.store.write() as connection:
        connection.execute(sa.update(conversations).values(priority="urgent"))
    clock(house, case)
    house.later(minutes=50)

    sweep(house)

    (alert,) = warnings(house)
    assert (alert.agent, alert.not_before) == (case.owner, house.now)


def test_a_channel_that_only_observes_tells_nobody_anything(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, mode="observe")
    clock(house, opened(house))
    house.later(hours=2)

    sweep(house)

    assert {row.state for row in alerts(house)} == {DeliveryState.DROPPED}
    assert {row.reason for row in alerts(house)} == {"channel soporte only observes"}
    (event,) = house.rows(events, lambda t: t.c.kind == BREACHED)
    assert event.data["told"] == []


def test_whom_nothing_reaches_is_not_said_to_have_been_told(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, members='"ana"')
    clock(house, opened(house))
    house.apply(notify='"telegram"', staff="", marta='role = "supervisor"')
    house.later(hours=2)

    sweep(house)

    (event,) = house.rows(events, lambda t: t.c.kind == BREACHED)
    assert (event.data["told"], told(house)) == ([], [])


def test_what_notices_may_not_show_warnings_do_not(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, staff='notice_body = "none"')
    clock(house, opened(house))
    house.later(hours=2)

    sweep(house)

    assert all("Asunto" not in row.payload["text"] for row in alerts(house))


def test_the_promises_own_words_stand_in_it(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_with(sqlite_store, tmp_path, more='description = "Respondemos en una hora"')
    clock(house, opened(house))
    house.later(hours=2)

    sweep(house)

    assert "Compromiso: Respondemos en una hora" in alerts(house)[0].payload["text"]


def reply(house: House, case: sa.Row[Any]) -> int:
    with acting(house, case.owner) as move:
        write_reply(move, find_case(move, case.key), Answer(text="Mañana."))
    return int(house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)[-1].id)


def test_while_an_answer_is_on_its_way_nothing_is_said_for_ten_minutes(store: Store, tmp_path: Path) -> None:
    house = house_with(store, tmp_path)
    case = opened(house)
    clock(house, case, warn_at=None)
    house.later(minutes=59)
    reply(house, case)

    house.later(minutes=2)
    assert sweep(house) == 0
    house.later(minutes=10)
    assert sweep(house) == 1


@pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.HELD])
def test_an_answer_that_may_never_arrive_hides_nothing(house: House, state: DeliveryState) -> None:
    case = opened(house)
    clock(house, case)
    row_id = reply(house, case)
    with house.store.write() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.id == row_id).values(state=state))
    house.later(minutes=61)

    assert sweep(house) == 1


def test_an_answer_written_after_the_due_time_hides_no_breach(house: House) -> None:
    case = opened(house)
    clock(house, case, warn_at=None)
    house.later(minutes=61)
    reply(house, case)

    assert sweep(house) == 1


def test_the_case_itself_is_believed_before_a_clock_that_was_not_told_yet(store: Store, tmp_path: Path) -> None:
    """Clocks lag behind what happens by up to a second; nothing is said of a case that was resolved, merged or is spam."""
    house = house_with(store, tmp_path)
    cases = [opened(house, number) for number in range(5)]
    for case in cases:
        clock(house, case)
    resolved, merged, into, spam, late = cases
    house.later(minutes=10)
    do(house, resolve, resolved.key, resolution=Resolution.NO_REPLY_NEEDED, as_="marta")
    do(house, merge, merged.key, into.key, customers_differ=True, as_="marta")
    do(house, mark_spam, spam.key, as_="marta")
    house.later(hours=2)

    sweep(house)

    assert {row.conversation_id for row in house.rows(events, lambda t: t.c.kind == BREACHED)} == {into.id, late.id}


def test_a_turn_that_began_since_is_not_the_one_that_the_clock_timed(house: House) -> None:
    case = opened(house)
    clock(house, case)
    house.later(minutes=30)
    go_out(house, reply(house, case))
    house.receive(mail(sender="Eva <eva1@clientes.example>", subject=f"Re: Asunto 1 [{case.key}]", text="¿Y ahora?"))
    house.later(hours=2)

    assert house.rows(conversations)[0].waiting_since is not None
    assert sweep(house) == 0


def test_a_resolution_stands_still_while_the_customer_is_waited_for(house: House) -> None:
    case = opened(house)
    clock(house, case, metric="first_resolution", warn_at=None)
    with house.store.write() as connection:
        waits = {"state": "waiting_customer", "waiting_since": None, "due_at": None}
        connection.execute(sa.update(conversations).values(waits))
    house.later(hours=2)
    assert sweep(house) == 0

    with house.store.write() as connection:
        connection.execute(sa.update(conversations).values(state="waiting_third_party"))
    assert sweep(house) == 1
    assert "Solución prometida: hoy a las 11:00." in alerts(house)[0].payload["text"]


def test_what_the_law_wants_warns_at_its_share_and_as_the_last_open_day_before_begins(house: House) -> None:
    # given a claim that is to be answered by the end of a Monday, two weeks later
    case = opened(house)
    due = datetime(2026, 12, 7, 23, 0, tzinfo=UTC)  # the 7th ends in Madrid
    law = {"metric": "legal", "name": "es-consumidores:claim"}
    clock(house, case, due=due, **law)
    moments = [datetime(2026, 12, 4, 7, 45, tzinfo=UTC), datetime(2026, 12, 4, 8, 0, tzinfo=UTC), due]

    # when time goes by
    for moment in (*moments, *moments):
        house.now = max(house.now, moment)
        sweep(house)

    # then: three quarters, Friday at nine (the 5th and 6th are a weekend), and the day's end
    share = case.waiting_since + (due - case.waiting_since) * 0.75
    assert events_of(house) == [(WARNED, share), (WARNED, moments[1]), (BREACHED, due)]
    assert "Plazo legal (es-consumidores:claim): ayer a las 23:59." in alerts(house)[-1].payload["text"]


def test_what_was_answered_before_the_day_and_asked_again_after_it_has_not_missed_it(house: House) -> None:
    case = opened(house)
    due = case.waiting_since + timedelta(days=3)
    clock(house, case, due=due, metric="legal", name="es-consumidores:claim", warn_at=None)
    house.later(days=4)
    with house.store.write() as connection:
        connection.execute(sa.update(conversations).values(waiting_since=house.now))

    assert sweep(house) == 0


def test_a_backlog_is_told_to_one_person_in_one_list_and_recorded_one_by_one(store: Store, tmp_path: Path) -> None:
    # given more cases than one person should get alerts of, all late at once
    house = house_with(store, tmp_path, members='"ana"', capacity="100")
    cases = [opened(house, number) for number in range(MOST_BY_ONE + 2)]
    for case in cases:
        clock(house, case)
    house.later(hours=3)

    # when the sweeper looks
    assert sweep(house) == len(cases)

    # then there is an event for each, and one list for each person
    assert len(events_of(house)) == len(cases)
    assert sorted(told(house)) == ["ana", "marta"]
    for row in alerts(house):
        assert "plazos vencidos o a punto de vencer: 12" in row.payload["subject"]
        assert all(case.key in row.payload["text"] for case in cases)
        assert house.now < row.not_before <= house.now + timedelta(minutes=1)
    # and what comes a little later is added to it, not told by itself
    clock(house, late := opened(house, 99), due=house.now)
    assert sweep(house) == 1
    assert len(alerts(house)) == 2
    assert all(late.key in row.payload["text"] for row in alerts(house))


def test_of_ten_late_cases_each_is_told_by_itself(house: House) -> None:
    house.apply(members='"ana"', capacity="100")
    for number in range(MOST_BY_ONE):
        clock(house, opened(house, number))
    house.later(hours=3)

    sweep(house)

    assert len(alerts(house)) == 2 * MOST_BY_ONE


def test_a_restricted_customers_case_is_its_owners_alone_and_disturbs_nobody(house: House) -> None:
    case = opened(house)
    do(house, restrict, case.contact_id, "luis", reason="insultos", as_="marta")
    clock(house, case)
    house.later(hours=2)

    assert sweep(house) == 1

    (alert,) = alerts(house)
    assert (alert.agent, alert.not_before) == ("luis", datetime(2026, 11, 24, 7, 0, tzinfo=UTC))  # eight in the morning


def test_a_look_reads_no_table_from_end_to_end(house: House) -> None:
    """It is done each second, however many years the store holds."""
    clock(house, opened(house))

    with plans_of(house.store) as plans:
        sweep(house)

    assert len(plans) >= 3
    assert [plan for plan in plans.values() if any(step.startswith("SCAN") for step in plan)] == []


@pytest.mark.parametrize("language", ["en", "ca", "gl", "eu"])
def test_every_language_says_the_same(language: str) -> None:
    fields = {code: _fields(text) for code, text in _WORDS["es"].items()}

    assert {code: _fields(text) for code, text in _WORDS[language].items()} == fields
    assert len(set(_WORDS[language].values())) == len(fields)


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
