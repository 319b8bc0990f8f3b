"""Polling finds every message once: over pages and days, after lost webhooks, next to webhooks that came."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.twilio_phone.listing import Limits
from connectors.twilio_phone.progress import MOST_SEEN
from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import CHAT, CUSTOMER, OURS, PhoneLine
from ventanilla.errors import LoginRefused, Permanent, Temporary


def test_a_hundred_and_twenty_messages_come_once_each_in_order_over_many_pages(server: TwilioServer) -> None:
    line = PhoneLine(server, limits=Limits(page=50, batch=25))
    source = line.messages()
    line.pull(source)
    sids = [server.message(CUSTOMER, OURS, f"message {number}") for number in range(120)]

    found = line.pull(source)

    assert [item.key for item in found] == sids
    assert [line.message_of(item).text for item in found] == [f"message {number}" for number in range(120)]
    assert sum(path.endswith("Messages.json") and "PageToken" in fields for _, path, fields in server.asked) == 2
    assert line.pull(source) == []
    line.close()


@pytest.mark.fault(9)
def test_five_minutes_of_lost_webhooks_are_found_once_each(line: PhoneLine, server: TwilioServer) -> None:
    source = line.messages()
    came = server.message(CUSTOMER, OURS, "this webhook came")
    line.called("sms", server.message_fields(came))
    line.pull(source)
    now = datetime.now(UTC)
    lost = [
        server.message(CUSTOMER, OURS, f"lost {age}", at=now - timedelta(seconds=age)) for age in range(300, 0, -10)
    ]

    found = line.pull(source)

    assert [item.key for item in found] == lost
    assert not any(item.imported for item in found)
    assert line.pull(source) == []


def test_webhook_and_poll_of_one_message_are_one_item_and_read_alike(line: PhoneLine, server: TwilioServer) -> None:
    source = line.messages()
    sid = server.message(CUSTOMER, OURS, "¿Tienen tornillos?")

    answer = line.called("sms", server.message_fields(sid))
    line.pull(source)

    ledger = line.ledgers[source.name]
    assert answer.source == source.name
    assert [item.key for item in ledger.items] == [sid]
    assert ledger.repeats == [sid]
    other = PhoneLine(server)
    (by_api,), by_webhook = other.pull(other.messages()), ledger.items[0]
    one, two = other.message_of(by_api), line.message_of(by_webhook)
    assert (one.author, one.text, one.account, one.medium) == (two.author, two.text, two.account, two.medium)
    assert one.external_id == two.external_id == sid
    other.close()


def test_a_message_of_just_before_midnight_is_found_after_it(line: PhoneLine, server: TwilioServer) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    line.since = midnight - timedelta(days=30)
    source = line.messages()
    server.message(CUSTOMER, OURS, "the day's first", at=midnight + timedelta(seconds=1))
    line.pull(source)

    late = server.message(CUSTOMER, OURS, "shown late", at=midnight - timedelta(seconds=1))

    assert [item.key for item in line.pull(source)] == [late]


def test_it_asks_from_a_day_before_the_newest_message(line: PhoneLine, server: TwilioServer) -> None:
    newest = datetime.now(UTC) - timedelta(days=3)
    line.since = newest - timedelta(days=10)
    server.message(CUSTOMER, OURS, "hello", at=newest)
    source = line.messages()
    line.pull(source)
    server.asked.clear()

    line.pull(source)

    ((_, _, fields),) = [each for each in server.asked if each[1].endswith("Messages.json")]
    assert fields["DateSent>"] == (newest - timedelta(days=1)).date().isoformat()
    assert fields["To"] == OURS


def test_only_what_came_in_to_this_number_is_taken(line: PhoneLine, server: TwilioServer) -> None:
    server.number("+34910000009")
    server.message(CUSTOMER, "+34910000009", "to another number of ours")
    server.message("+34910000009", OURS, "from ourselves", changed={"direction": "outbound-api"})
    server.message(f"whatsapp:{CUSTOMER}", CHAT, "by WhatsApp")
    sid = server.message(CUSTOMER, OURS, "to us")

    assert [item.key for item in line.pull(line.messages())] == [sid]
    (chat,) = line.pull(line.messages(CHAT))
    assert line.message_of(chat).text == "by WhatsApp"


def test_a_picture_that_is_still_on_its_way_is_waited_for(line: PhoneLine, server: TwilioServer) -> None:
    source = line.messages()
    sid = server.message(CUSTOMER, OURS, "see", media=[b"jpeg"], changed={"status": "receiving", "num_media": "0"})

    assert line.pull(source) == []
    server.lists["messages"][0] |= {"status": "received", "num_media": "1"}

    (item,) = line.pull(source)
    assert item.key == sid
    assert len(line.message_of(item).files) == 1


def test_a_year_of_history_is_imported_in_windows_that_fit(server: TwilioServer) -> None:
    line = PhoneLine(server, limits=Limits(page=20, batch=10, most=40))
    now = datetime.now(UTC)
    old = [server.message(CUSTOMER, OURS, "old", at=now - timedelta(days=500 - each)) for each in range(0, 500, 5)]
    busy = [server.message(CUSTOMER, OURS, "busy day", at=now - timedelta(days=2, seconds=each)) for each in range(90)]

    found = line.pull(line.messages())

    assert sorted(item.key for item in found) == sorted(old + busy)
    assert all(item.imported for item in found)
    line.close()


def test_the_checkpoint_stays_small_and_what_it_forgot_does_no_harm(server: TwilioServer) -> None:
    line = PhoneLine(server, limits=Limits(page=1000, batch=500, most=10_000))
    source = line.messages()
    for number in range(MOST_SEEN + 300):
        server.message(CUSTOMER, OURS, str(number))
    line.pull(source)
    ledger = line.ledgers[source.name]

    assert len(json.dumps(ledger.checkpoint)) < MOST_SEEN * 40
    assert line.pull(source) == []
    assert 0 < len(ledger.repeats) <= 600
    line.close()


def test_a_number_that_is_not_ours_is_named_with_those_that_are(line: PhoneLine, server: TwilioServer) -> None:
    with pytest.raises(Permanent) as refusal:
        line.pull(line.messages("+34910000099"))

    assert "+34910000099 is not a number of account" in str(refusal.value)
    assert OURS in refusal.value.cure


def test_a_number_that_was_given_back_is_noticed_within_hours(line: PhoneLine, server: TwilioServer) -> None:
    source = line.messages()
    line.pull(source)
    server.lists["numbers"].clear()
    line.pull(source)

    with pytest.raises(Permanent, match="not a number of account"):
        line.pull(source, later=timedelta(hours=7))


def test_a_revoked_token_pauses_with_the_cure_and_a_new_one_counts_at_once(
    line: PhoneLine, server: TwilioServer
) -> None:
    source = line.messages()
    line.pull(source)
    server.token = "rotated"

    with pytest.raises(LoginRefused) as refusal:
        line.pull(source)
    line.secret._literal = "rotated"
    sid = server.message(CUSTOMER, OURS, "hello")

    assert "auth_token" in refusal.value.cure
    assert "20003" in str(refusal.value)
    assert [item.key for item in line.pull(source)] == [sid]


def test_a_suspended_account_says_so(line: PhoneLine, server: TwilioServer) -> None:
    server.status = "suspended"

    with pytest.raises(LoginRefused, match="not active") as refusal:
        line.pull(line.messages())

    assert "console" in refusal.value.cure


def test_too_many_requests_wait_as_long_as_twilio_says(line: PhoneLine, server: TwilioServer) -> None:
    server.planned.append((429, {"code": 20429, "message": "Too Many Requests"}, {"Retry-After": "17"}))

    with pytest.raises(Temporary) as trouble:
        line.pull(line.messages())

    assert trouble.value.retry_after == 17


@pytest.mark.parametrize("answer", [(500, {}), (503, {"code": 20503}), (200, {}), (200, {"messages": 5})])
def test_a_server_in_trouble_is_temporary(
    line: PhoneLine, server: TwilioServer, answer: tuple[int, dict[str, object]]
) -> None:
    source = line.messages()
    line.pull(source)
    server.planned.append((*answer, {}))

    with pytest.raises(Temporary):
        line.pull(source)


def test_what_is_logged_and_raised_tells_no_number_of_a_customer(
    line: PhoneLine, server: TwilioServer, caplog: pytest.LogCaptureFixture
) -> None:
    source = line.messages()
    line.pull(source)
    server.planned.append((400, {"code": 99999, "message": f"odd: {CUSTOMER} and more"}, {}))

    with caplog.at_level("DEBUG", logger="twilio"), pytest.raises(Permanent) as refusal:
        line.pull(source)

    assert CUSTOMER not in str(refusal.value) + caplog.text
    assert "odd: …" in str(refusal.value)
