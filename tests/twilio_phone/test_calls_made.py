"""Calls that were made from our numbers: each once, when it is over, with what became of it; a caller put through to us is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import CUSTOMER, OURS, PhoneLine
from ventanilla.words import CallOutcome, Verdict

COLLEAGUE = "+34600000099"


def made(
    server: TwilioServer, status: str = "completed", *, to: str = CUSTOMER, seconds: int = 187, **more: Any
) -> str:
    at = more.pop("at", None)
    return server.call(OURS, to, status, seconds=seconds, at=at, changed={"direction": "outbound-api", **more})


def test_a_call_of_ours_is_told_of_with_whom_it_went_to(line: PhoneLine, server: TwilioServer) -> None:
    source = line.called_from()
    sid = made(server)

    (item,) = line.pull(source)
    message = line.message_of(item)

    assert (item.key, message.external_id, message.medium) == (sid, sid, "call")
    assert (message.outbound, message.call_outcome) == (True, CallOutcome.REACHED)
    assert (message.author.address, message.customer.address, message.account) == (OURS, CUSTOMER, OURS)
    assert message.screening.verdict is Verdict.ACCEPT
    assert message.text.startswith("Hemos llamado a las ")
    assert message.text.endswith(" (3:07)")
    assert line.pull(source) == []


@pytest.mark.parametrize(
    ("status", "seconds", "answered_by", "outcome"),
    [
        ("completed", 60, None, CallOutcome.REACHED),
        ("completed", 60, "human", CallOutcome.REACHED),
        ("completed", 60, "unknown", CallOutcome.REACHED),
        ("completed", 60, "machine_start", CallOutcome.MESSAGE),
        ("completed", 60, "machine_end_beep", CallOutcome.MESSAGE),
        ("completed", 60, "fax", CallOutcome.NO_ANSWER),
        ("completed", 0, None, CallOutcome.NO_ANSWER),
        ("busy", 0, None, CallOutcome.NO_ANSWER),
        ("no-answer", 0, None, CallOutcome.NO_ANSWER),
        ("failed", 0, None, CallOutcome.NO_ANSWER),
        ("canceled", 0, None, CallOutcome.NO_ANSWER),
    ],
)
def test_only_a_person_who_answered_was_reached(
    line: PhoneLine, server: TwilioServer, status: str, seconds: int, answered_by: str | None, outcome: CallOutcome
) -> None:
    made(server, status, seconds=seconds, answered_by=answered_by)

    (item,) = line.pull(line.called_from())

    assert line.message_of(item).call_outcome is outcome


def test_a_call_that_goes_on_is_waited_for(line: PhoneLine, server: TwilioServer) -> None:
    source = line.called_from()
    sid = made(server, "in-progress")
    assert line.pull(source) == []

    server.end_call(sid, "completed", seconds=30)

    assert [item.key for item in line.pull(source)] == [sid]


def test_calls_that_come_in_are_no_calls_of_ours_and_the_other_way_round(line: PhoneLine, server: TwilioServer) -> None:
    came = server.call(CUSTOMER, OURS, "no-answer")
    went = made(server)

    assert [item.key for item in line.pull(line.calls())] == [came]
    assert [item.key for item in line.pull(line.called_from())] == [went]


def test_a_caller_who_was_put_through_to_one_of_us_is_no_call_to_a_customer(
    line: PhoneLine, server: TwilioServer
) -> None:
    came = server.call(CUSTOMER, OURS, "completed", seconds=90)
    made(server, to=COLLEAGUE, direction="outbound-dial", parent_call_sid=came)

    assert line.pull(line.called_from()) == []


@pytest.mark.parametrize("caller", ["client:ana", "sip:ana@desk.example.com"])
def test_a_call_made_by_a_program_says_by_whom(line: PhoneLine, server: TwilioServer, caller: str) -> None:
    parent = server.call(caller, "app:AP1", "completed", seconds=60)
    sid = made(server, direction="outbound-dial", parent_call_sid=parent)

    (item,) = line.pull(line.called_from())

    assert (item.key, line.message_of(item).author.name) == (sid, "ana")


def test_what_was_made_before_the_channel_began_is_left_alone(line: PhoneLine, server: TwilioServer) -> None:
    made(server, at=datetime.now(UTC) - timedelta(days=3))

    assert line.pull(line.called_from()) == []


@pytest.mark.parametrize("language", ["es", "en", "ca", "gl", "eu"])
def test_each_language_tells_of_it(server: TwilioServer, language: str) -> None:
    line = PhoneLine(server, language=language)
    for status, seconds, who in (("completed", 60, None), ("busy", 0, None), ("completed", 9, "machine_start")):
        made(server, status, seconds=seconds, answered_by=who)

    told = {line.message_of(item).text for item in line.pull(line.called_from())}

    line.close()
    assert len(told) == 3
