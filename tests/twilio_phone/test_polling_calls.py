"""A call is told of once it is over: missed ones at once, voicemail with its recording, answered ones not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.twilio_phone.calls import PATIENCE
from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import CUSTOMER, OURS, PhoneLine
from ventanilla.words import Verdict

LATER = PATIENCE + timedelta(minutes=6)


@pytest.mark.parametrize("status", ["no-answer", "busy", "canceled"])
def test_a_call_that_nobody_took_is_told_of_at_once(line: PhoneLine, server: TwilioServer, status: str) -> None:
    sid = server.call(CUSTOMER, OURS, status, seconds=25)

    (item,) = line.pull(line.calls())

    assert item.key == sid
    assert not item.imported
    assert line.message_of(item).medium == "call"


def test_a_call_that_rings_is_waited_for(line: PhoneLine, server: TwilioServer) -> None:
    source = line.calls()
    sid = server.call(CUSTOMER, OURS, "ringing")
    assert line.pull(source) == []

    server.end_call(sid, "no-answer")

    assert [item.key for item in line.pull(source)] == [sid]
    assert line.pull(source) == []


def test_a_voicemail_brings_its_call_and_its_sound_as_one_item(line: PhoneLine, server: TwilioServer) -> None:
    source = line.calls()
    sid = server.call(CUSTOMER, OURS, "completed", seconds=50)
    recording = server.recording(sid, seconds=42)

    (item,) = line.pull(source)
    message = line.message_of(item)

    assert (item.key, message.external_id, message.medium) == (recording, recording, "voicemail")
    assert list(message.in_reply_to) == [sid]
    assert "0:42" in message.text
    assert [dict(file.ref) for file in message.files] == [{"recording": recording}]
    assert line.pull(source, later=timedelta(hours=1)) == []


def test_a_recording_that_shows_late_is_waited_for(line: PhoneLine, server: TwilioServer) -> None:
    source = line.calls()
    sid = server.call(CUSTOMER, OURS, "completed", seconds=50)
    assert line.pull(source) == []
    assert line.pull(source, later=LATER) == []

    recording = server.recording(sid)

    (item,) = line.pull(source, later=timedelta(minutes=10))
    assert (item.key, line.message_of(item).medium) == (recording, "voicemail")


def test_a_recording_that_is_being_made_is_waited_for(line: PhoneLine, server: TwilioServer) -> None:
    source = line.calls()
    sid = server.call(CUSTOMER, OURS, "completed", seconds=5)
    recording = server.recording(sid, changed={"status": "processing"})
    assert line.pull(source) == []

    server.lists["recordings"][0]["status"] = "completed"

    assert [item.key for item in line.pull(source)] == [recording]


def test_two_recordings_of_one_call_are_two_items_of_one_caller(line: PhoneLine, server: TwilioServer) -> None:
    """As somebody's own TwiML makes them, with two <Record>; one comes by a webhook, the other is found."""
    source = line.calls()
    sid = server.call("anonymous", OURS, "completed", seconds=60)
    first, second = server.recording(sid, seconds=10), server.recording(sid, seconds=20)
    query = f"?From=anonymous&To={OURS.replace('+', '%2B')}"
    told = {"CallSid": sid, "RecordingSid": first, "RecordingStatus": "completed", "RecordingDuration": "10"}
    line.called("recording", told, query=query)

    (found,) = line.pull(source)

    items = line.ledgers[source.name].items
    assert (found.key, [item.key for item in items]) == (second, [first, second])
    one, two = map(line.message_of, items)
    assert one.customer == two.customer
    assert [dict(file.ref) for file in (*one.files, *two.files)] == [{"recording": first}, {"recording": second}]


def test_a_recording_after_its_call_was_told_of_is_an_item_of_its_own_about_the_same_call(
    line: PhoneLine, server: TwilioServer
) -> None:
    source = line.calls(hang_ups=True)
    sid = server.call(CUSTOMER, OURS, "completed", seconds=9)
    (call,) = line.pull(source, later=LATER)

    recording = server.recording(sid)
    (late,) = line.pull(source, later=timedelta(minutes=10))

    assert (call.key, line.message_of(call).medium) == (sid, "call")
    assert "sin dejar mensaje" in line.message_of(call).text
    message = line.message_of(late)
    assert (late.key, message.external_id, message.in_reply_to) == (recording, recording, (sid,))
    assert (message.medium, message.customer.address, message.account) == ("voicemail", CUSTOMER, OURS)
    assert line.pull(source, later=timedelta(minutes=30)) == []


def test_an_answered_call_is_no_item_even_if_the_talk_was_recorded(line: PhoneLine, server: TwilioServer) -> None:
    source = line.calls()
    sid = server.call(CUSTOMER, OURS, "completed", seconds=300)
    server.recording(sid, changed={"source": "DialVerb"})

    assert line.pull(source, later=LATER) == []


def test_a_call_that_ended_without_a_word_counts_only_if_it_is_asked_for(line: PhoneLine, server: TwilioServer) -> None:
    sid = server.call(CUSTOMER, OURS, "completed", seconds=9)

    assert line.pull(line.calls(), later=LATER) == []
    assert [item.key for item in line.pull(line.calls(hang_ups=True), later=LATER)] == [sid]


def test_a_call_that_somebody_answered_is_no_hang_up(line: PhoneLine, server: TwilioServer) -> None:
    sid = server.call(CUSTOMER, OURS, "completed", seconds=90)
    leg = {"parent_call_sid": sid, "direction": "outbound-dial"}
    server.call(CUSTOMER, "+34600000099", "completed", seconds=80, changed=leg)

    assert line.pull(line.calls(hang_ups=True), later=LATER) == []


def test_answered_calls_move_the_checkpoint_on(line: PhoneLine, server: TwilioServer) -> None:
    line.since = datetime.now(UTC) - timedelta(days=60)
    server.call(CUSTOMER, OURS, "no-answer", at=datetime.now(UTC) - timedelta(days=40))
    source = line.calls()
    line.pull(source)
    answered = datetime.now(UTC) - timedelta(days=5)
    server.call(CUSTOMER, OURS, "completed", seconds=60, at=answered)
    line.pull(source)
    server.asked.clear()

    line.pull(source)

    (asked,) = [fields for _, path, fields in server.asked if path.endswith("/Calls.json")]
    assert asked["StartTime>"] == (answered - timedelta(days=1)).date().isoformat()


def test_old_recordings_are_asked_for_more_and_more_rarely(line: PhoneLine, server: TwilioServer) -> None:
    source = line.calls()
    server.call(CUSTOMER, OURS, "completed", seconds=60)
    for minute in range(3, 120):
        line.pull(source, later=timedelta(minutes=minute))

    assert sum(path.endswith("Recordings.json") for _, path, _ in server.asked) < 25


@pytest.mark.fault(9)
def test_five_minutes_of_lost_webhooks_are_found_once_each(line: PhoneLine, server: TwilioServer) -> None:
    source = line.calls()
    came = server.call(CUSTOMER, OURS, "busy")
    line.called("call", {"CallSid": came, "From": CUSTOMER, "To": OURS, "CallStatus": "busy", "Direction": "inbound"})
    spoken = server.call(CUSTOMER, OURS, "completed", seconds=30)
    recording = server.recording(spoken)
    given_up = server.call(CUSTOMER, OURS, "canceled", at=datetime.now(UTC) - timedelta(minutes=4))

    found = line.pull(source)

    assert sorted(item.key for item in found) == sorted([recording, given_up])
    assert line.pull(source) == []


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", ""])
def test_a_missed_call_of_nobody_in_particular_is_told_of_and_opens_nothing(
    line: PhoneLine, server: TwilioServer, caller: str
) -> None:
    server.call(caller, OURS, "no-answer")

    (item,) = line.pull(line.calls())

    assert line.message_of(item).screening.verdict is Verdict.SERVICE


def test_two_voicemails_of_withheld_numbers_are_two_customers(line: PhoneLine, server: TwilioServer) -> None:
    for _ in range(2):
        server.recording(server.call("anonymous", OURS, "completed", seconds=20))

    one, two = (line.message_of(item) for item in line.pull(line.calls()))

    assert one.screening.verdict is two.screening.verdict is Verdict.ACCEPT
    assert one.customer.address != two.customer.address
    assert one.customer.name == "Número oculto"


def test_a_year_of_answered_calls_is_not_asked_for_recordings_at_first_contact(
    line: PhoneLine, server: TwilioServer
) -> None:
    for day in range(1, 40):
        server.call(CUSTOMER, OURS, "completed", seconds=60, at=datetime.now(UTC) - timedelta(days=day))

    assert line.pull(line.calls()) == []
    assert not any(path.endswith("Recordings.json") for _, path, _ in server.asked)
