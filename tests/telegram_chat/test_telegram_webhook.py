"""Webhooks: ours is set and watched, another's left alone, strangers refused, and both roads bring each update once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.telegram_chat.hook import TelegramHook
from connectors.telegram_chat.source import TelegramSource
from connectors.telegram_chat.webhook_secret import webhook_address, webhook_secret
from tests.conformance.ledger import Ledger
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import edited, pressed, written
from tests.telegram_chat.conftest import HOOK, KEY, now
from ventanilla.channel import HookRequest
from ventanilla.errors import LoginRefused, Temporary

SourceOn = Callable[..., TelegramSource]
TOKEN = "7000001:AAF-a_secret-that-nobody-may-read12"
SECRET = webhook_secret(KEY, "7000001")


def call(body: bytes, *, secret: str | None = SECRET, method: str = "POST") -> HookRequest:
    headers = {} if secret is None else {"x-telegram-bot-api-secret-token": secret}
    return HookRequest(method=method, url=HOOK, headers=headers, body=body)


def hook(*, floor: datetime | None = None) -> TelegramHook:
    return TelegramHook(lambda: TOKEN, KEY, floor=floor)


def texts(ledger: Ledger) -> list[str]:
    return [json.loads(item.raw or b"")["message"]["text"] for item in ledger.items]


# The address that Telegram calls


@pytest.mark.parametrize(
    ("update", "key"),
    [
        (written(5, "hello", at=1_700_000_000), "550011/5/message/0"),
        (edited(5, "two", edited_at=1_700_000_060, at=1_700_000_000), None),
        (pressed("x", {"message_id": 3}), "update/77"),
    ],
)
def test_an_update_has_the_same_key_by_webhook_and_by_polling(
    server: TelegramApi, source_on: SourceOn, update: dict[str, object], key: str | None
) -> None:
    server.bot.put(update, update_id=77)
    ledger = Ledger()
    ledger.pull(source_on())

    answer = hook().receive(call(json.dumps({"update_id": 77, **update}).encode()), now=now())

    (item,), (polled,) = answer.items, ledger.items
    assert (answer.status, answer.source, answer.refused) == (200, "telegram:7000001", "")
    assert (item.key, item.raw) == (polled.key, polled.raw)
    assert key in (None, item.key)


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET[:-1], SECRET.upper(), "ñ", webhook_secret(KEY, "7000002")]
)
def test_whoever_does_not_show_the_secret_is_refused_and_nothing_is_stored(secret: str | None) -> None:
    answer = hook().receive(call(b'{"update_id":1}', secret=secret), now=now())

    assert (answer.status, tuple(answer.items)) == (403, ())
    assert answer.refused


def test_another_method_is_refused() -> None:
    assert hook().receive(call(b"", method="GET"), now=now()).status == 405


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]", b"[" * 100_000])
def test_what_telegram_itself_sends_broken_is_kept_for_quarantine(body: bytes) -> None:
    answer = hook().receive(call(body), now=now())

    (item,) = answer.items
    assert (answer.status, answer.refused) == (200, "")
    assert item.key.startswith("odd/")
    assert item.raw == body


def test_what_is_older_than_the_channel_is_only_imported_by_webhook_too() -> None:
    floor = datetime(2026, 1, 1, tzinfo=UTC)

    old = hook(floor=floor).receive(call(json.dumps(written(1, "old", at=1_700_000_000)).encode()), now=now())
    new = hook(floor=floor).receive(call(json.dumps(written(2, "new")).encode()), now=now())

    assert [item.imported for answer in (old, new) for item in answer.items] == [True, False]


def test_a_token_that_cannot_be_read_asks_telegram_to_come_again() -> None:
    def unreadable() -> str:
        raise LoginRefused("the secret file is gone", cure="put it back")

    answer = TelegramHook(unreadable, KEY, floor=None).receive(call(b"{}"), now=now())

    assert (answer.status, tuple(answer.items)) == (503, ())


def test_the_address_is_below_the_public_url_and_the_secret_is_one_that_telegram_takes() -> None:
    assert webhook_address("https://example.com/desk/", "el chat") == "https://example.com/desk/webhooks/el%20chat/"
    assert len(SECRET) == 64
    assert SECRET.isalnum()
    assert webhook_secret(b"another installation's key", "7000001") != SECRET


# The webhook, as the source keeps it


def test_the_source_sets_its_webhook_after_it_has_noted_it_down(server: TelegramApi, source_on: SourceOn) -> None:
    server.bot.put(written(1, "waiting"))
    steps = iter(source_on(webhook=HOOK).pull(None, now=now()))

    noted = next(steps)
    assert noted.checkpoint["webhook"] == HOOK
    assert server.bot.called("setWebhook") == []
    assert next(steps, None) is None

    (asked,) = server.bot.called("setWebhook")
    assert (asked["url"], asked["secret_token"], asked["drop_pending_updates"]) == (HOOK, SECRET, False)
    assert asked["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert len(server.bot.waiting) == 1
    assert server.bot.called("getUpdates") == []


def test_a_webhook_that_works_is_looked_at_and_left_alone(server: TelegramApi, source_on: SourceOn) -> None:
    ledger, source = Ledger(), source_on(webhook=HOOK)
    for _ in range(3):
        ledger.pull(source)

    assert len(server.bot.called("setWebhook")) == 1
    assert server.bot.called("getUpdates") == []


def test_waiting_with_a_webhook_asks_nothing_and_can_be_interrupted(server: TelegramApi, source_on: SourceOn) -> None:
    source = source_on(webhook=HOOK)
    Ledger().pull(source)

    source.interrupt()
    source.wait(60)

    assert server.bot.called("getUpdates") == []


@pytest.mark.parametrize("wants", [HOOK, None])
def test_another_programs_webhook_is_left_alone(server: TelegramApi, source_on: SourceOn, wants: str | None) -> None:
    server.bot.webhook.url = "https://other.example.net/hook"

    with pytest.raises(Temporary, match=r"other\.example\.net"):
        Ledger().pull(source_on(webhook=wants))

    assert server.bot.webhook.url == "https://other.example.net/hook"


def test_a_webhook_of_ours_moves_with_the_public_url_and_goes_with_it(server: TelegramApi, source_on: SourceOn) -> None:
    ledger = Ledger()
    ledger.pull(source_on(webhook=HOOK))

    elsewhere = "https://new.example.com/webhooks/chat/"
    ledger.pull(source_on(webhook=elsewhere))
    assert server.bot.webhook.url == elsewhere

    server.bot.put(written(1, "hello"))
    ledger.pull(source_on())
    assert server.bot.webhook.url == ""
    assert texts(ledger) == ["hello"]


def fail_delivery(server: TelegramApi) -> None:
    server.bot.webhook.error = "Connection refused"
    server.bot.webhook.error_at = int(now().timestamp()) + 1


@pytest.mark.fault(9)
def test_what_a_broken_webhook_holds_up_is_fetched_and_the_webhook_comes_back(
    server: TelegramApi, source_on: SourceOn
) -> None:
    ledger, source = Ledger(), source_on(webhook=HOOK)
    ledger.pull(source)
    server.bot.put(written(1, "held up"))
    fail_delivery(server)

    # when it is bad at two looks one after the other
    ledger.pull(source)
    assert texts(ledger) == []
    with pytest.raises(Temporary, match="Connection refused") as trouble:
        ledger.pull(source)

    # then what was held up is in, polling goes on at once, and later the webhook is set again
    assert "public_url" in trouble.value.cure
    assert texts(ledger) == ["held up"]
    server.bot.put(written(2, "polled"))
    source.wait(10)
    ledger.pull(source)
    assert texts(ledger) == ["held up", "polled"]
    later = now() + timedelta(minutes=11)
    for batch in source.pull(ledger.checkpoint, now=later):
        ledger.commit(batch)
    assert server.bot.webhook.url == HOOK
    assert ledger.repeats == []


def test_one_failed_delivery_that_was_made_up_for_is_no_trouble(server: TelegramApi, source_on: SourceOn) -> None:
    ledger, source = Ledger(), source_on(webhook=HOOK)
    ledger.pull(source)
    fail_delivery(server)

    for _ in range(3):
        ledger.pull(source)

    assert server.bot.webhook.url == HOOK


def test_an_address_that_telegram_refuses_is_polled_instead(server: TelegramApi, source_on: SourceOn) -> None:
    server.bot.put(written(1, "hello"))
    ledger, source = Ledger(), source_on(webhook="http://desk.example.com/webhooks/chat/")

    ledger.pull(source)
    server.bot.put(written(2, "again"))
    source.wait(10)
    ledger.pull(source)

    assert texts(ledger) == ["hello", "again"]
    assert len(server.bot.called("setWebhook")) == 1


def test_a_server_that_dies_while_the_webhook_is_seen_to_is_temporary(server: TelegramApi, source_on: SourceOn) -> None:
    source = source_on(webhook=HOOK)
    server.stop()

    with pytest.raises(Temporary):
        Ledger().pull(source)
    server.start()
    Ledger().pull(source)

    assert server.bot.webhook.url == HOOK
