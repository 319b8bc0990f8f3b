"""What a case's events come to: turns, credit, pauses, merges, and all that is undone later."""

from __future__ import annotations

from datetime import timedelta

from tests.measures.log import Log, at
from ventanilla.measures.fold import stretches
from ventanilla.measures.stretch import Pause
from ventanilla.words import Ended

FIRST, NEXT, WAIT = "first_response", "next_response", "customer_wait"


def test_the_same_events_always_make_the_same_stretches() -> None:
    log = Log().opened("23 09:00").answered("23 09:20", "23 09:00")

    assert stretches(log.events) == stretches(log.events)
    assert stretches([]) == ()
    assert stretches(log.events[1:]) == ()  # nothing before its opening


def test_the_first_turn_is_the_first_response_and_each_later_one_the_next() -> None:
    log = Log().opened("23 09:00").answered("23 09:20", "23 09:00").asked("23 10:00")
    log.answered("23 10:05", "23 10:00", by="luis", message=8).asked("23 11:00")

    told = log.told()

    assert (told[FIRST, 1].started_at, told[FIRST, 1].stopped_at) == (at("23 09:00"), at("23 09:20"))
    assert (told[NEXT, 1].agent, told[NEXT, 1].ended) == ("luis", Ended.REPLIED)
    assert (told[NEXT, 2].started_at, told[NEXT, 2].stopped_at) == (at("23 11:00"), None)


def test_a_wait_is_split_by_who_owned_it_and_the_answer_credited_to_who_wrote_it() -> None:
    log = Log().opened("23 09:00").assigned("23 09:30", "luis").answered("23 10:00", "23 09:00", by="marta")

    told = log.told()

    assert told[FIRST, 1].agent == "marta"
    spells = [told[WAIT, 1], told[WAIT, 2]]
    assert [(one.agent, one.started_at, one.stopped_at, one.ended) for one in spells] == [
        ("ana", at("23 09:00"), at("23 09:30"), Ended.PASSED_ON),
        ("luis", at("23 09:30"), at("23 10:00"), Ended.REPLIED),
    ]


def test_an_answer_found_later_counts_at_its_own_time_in_place_of_the_end_that_was_thought() -> None:
    log = Log().opened("23 09:00")
    log.add("turn_closed", "23 12:00", data={"outcome": "unanswered", "since": at("23 09:00").isoformat()})
    log.state("23 12:00", "resolved", resolution="unanswered")
    assert log.told()[FIRST, 1].ended is Ended.UNANSWERED

    log.add(
        "turn_closed",
        "23 09:40",
        recorded="23 12:30",
        agent="luis",
        message_id=9,
        data={"outcome": "replied", "since": at("23 09:00").isoformat(), "instead_of": "unanswered"},
    )

    told = log.told()
    assert (told[FIRST, 1].stopped_at, told[FIRST, 1].agent) == (at("23 09:40"), "luis")
    assert told["first_resolution", 1].stopped_at == at("23 12:00")
    assert (told["legal", 1].stopped_at, told["legal", 1].ended) == (at("23 09:40"), Ended.REPLIED)


def test_of_two_answers_the_other_ended_the_turn_where_the_first_never_arrived() -> None:
    log = Log().opened("23 09:00").answered("23 09:20", "23 09:00", message=1)
    log.add("turn_restored", "23 11:00", message_id=1, data={"since": at("23 09:00").isoformat()})
    log.add(
        "turn_closed",
        "23 09:50",
        recorded="23 11:00",
        agent="luis",
        message_id=2,
        data={"outcome": "replied", "since": at("23 09:00").isoformat()},
    )

    told = log.told()

    assert (told[FIRST, 1].stopped_at, told[FIRST, 1].agent) == (at("23 09:50"), "luis")
    assert (NEXT, 1) not in told
    assert told["first_resolution", 1].pauses == (Pause(start=at("23 09:50")),)


def test_an_answer_before_its_question_took_no_time() -> None:
    told = Log().opened("23 09:00").answered("23 08:59", "23 09:00").told()

    assert told[FIRST, 1].stopped_at == told[FIRST, 1].started_at == at("23 09:00")


def test_only_waiting_for_the_customer_pauses_a_resolution() -> None:
    log = Log().opened("23 09:00").answered("23 09:20", "23 09:00").asked("23 10:00")
    log.state("23 10:10", "waiting_third_party").state("23 10:40", "open").state("23 11:00", "resolved")

    told = log.told()

    assert told["first_resolution", 1].pauses == (Pause(start=at("23 09:20"), end=at("23 10:00")),)


def test_a_case_that_one_of_us_began_has_no_clock_until_its_customer_writes() -> None:
    log = Log().opened("23 09:00", origin="staff", waits=False)
    assert log.told() == {}

    log.asked("24 09:00")

    told = log.told()
    assert told[FIRST, 1].started_at == told["first_resolution", 1].started_at == at("24 09:00")
    assert ("time_to_assign", 1) not in told


def test_a_spell_in_the_line_ends_when_somebody_takes_it_or_as_the_turn_did() -> None:
    log = Log().opened("23 09:00", owner="marta")
    log.add("line_entered", "23 09:00", agent="marta").add("line_left", "23 09:30", agent="luis")
    log.assigned("23 09:30", "luis").add("line_entered", "23 10:00", agent="luis")
    log.answered("23 10:20", "23 09:00", by="luis")

    told = log.told()

    assert told["time_to_assign", 1].ended is Ended.ASSIGNED
    taken, answered = told["time_to_assign", 2], told["time_to_assign", 3]
    assert (taken.stopped_at, taken.ended, taken.agent) == (at("23 09:30"), Ended.ASSIGNED, "luis")
    assert (answered.stopped_at, answered.ended) == (at("23 10:20"), Ended.REPLIED)


def test_who_was_asked_to_accept_did_or_passed_it_on() -> None:
    log = Log().opened("23 09:00").assigned("23 09:01", "luis", accept_by="2026-11-23T09:16:00+00:00")
    log.add("released", "23 09:16", agent="luis", data={"reason": "lapsed"})
    log.assigned("23 09:16", "ana", accept_by="2026-11-23T09:31:00+00:00").add("accepted", "23 09:20", agent="ana")

    told = log.told()

    assert told["time_to_accept", 1].ended is Ended.PASSED_ON
    assert (told["time_to_accept", 2].agent, told["time_to_accept", 2].stopped_at) == ("ana", at("23 09:20"))


def test_the_law_is_kept_by_an_answer_and_a_resolution_without_one_keeps_nothing() -> None:
    log = Log().opened("23 09:00").answered("23 09:20", "23 09:00")
    log.state("23 12:00", "resolved", resolution="no_reply_needed")
    assert log.told()["legal", 1].stopped_at is None

    log.state("24 09:00", "open").state("24 10:00", "resolved", resolution="answered")
    assert log.told()["legal", 1].stopped_at == at("23 09:20")

    log.state("24 11:00", "open")
    assert log.told()["legal", 1].stopped_at is None


def test_the_kind_that_a_clock_is_counted_under_is_the_one_it_ended_with() -> None:
    log = Log().opened("23 09:00").answered("23 09:20", "23 09:00")
    log.add("case_changed", "23 10:00", data={"kind": "complaint", "was": {"kind": "query"}})

    told = log.told()

    assert (told[FIRST, 1].facts.kind, told["legal", 1].facts.kind) == ("query", "complaint")


def test_a_chat_of_a_thousand_turns_is_a_thousand_waits() -> None:
    log = Log().opened("01 00:00")
    since = log.events[0].at
    for number in range(1, 1000):
        log.answered("01 00:00", "01 00:00", message=number).asked("01 00:00")
        closed, waits, again, opened = log.events[-4:]
        closed.data["since"] = since.isoformat()
        closed.at = waits.at = since + timedelta(minutes=10)
        since = again.at = opened.at = since + timedelta(minutes=15)

    found = stretches(log.events)

    assert sum(one.metric == WAIT for one in found) == 1000
    (resolution,) = [one for one in found if one.metric == "first_resolution"]
    assert {one.end - one.start for one in resolution.pauses if one.end} == {timedelta(minutes=5)}
