"""Long polling: what is confirmed and when, what two pollers see, what a revoked token and a week's silence do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.secrets import Secret
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.source import TelegramSource
from tests.conformance.ledger import Ledger
from tests.servers.ports import wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import LUCIA, edited, message, pressed, written
from tests.telegram_chat.conftest import now
from ventanilla.errors import LoginRefused, Permanent, Temporary

SourceOn = Callable[..., TelegramSource]


def texts(ledger: Ledger) -> list[str]:
    return [json.loads(item.raw or b"")["message"]["text"] for item in ledger.items]


@pytest.mark.fault(1)
def test_300_updates_are_taken_once_each_while_the_puller_dies_after_every_second_batch(
    server: TelegramApi, source_on: SourceOn
) -> None:
    for number in range(300):
        server.bot.put(written(number + 1, f"message {number}"))
    ledger = Ledger()

    # when every second batch is fetched and its process dies before it commits
    for _ in range(20):
        source = source_on(most_updates=40)
        for count, batch in enumerate(source.pull(ledger.checkpoint, now=now())):
            if count == 1:
                break
            ledger.commit(batch)

    # then each is there once, in order, and nothing was confirmed that was not committed
    assert texts(ledger) == [f"message {number}" for number in range(300)]
    assert ledger.repeats == []
    committed = {json.loads(item.raw or b"")["update_id"] for item in ledger.items}
    assert set(server.bot.confirmed) <= committed


@pytest.mark.fault(2)
def test_nothing_is_confirmed_before_it_is_committed(server: TelegramApi, source_on: SourceOn) -> None:
    server.bot.put(written(1, "hello"))
    source = source_on()

    batch = next(iter(source.pull(None, now=now())))

    assert len(batch.items) == 1
    assert server.bot.confirmed == []
    assert len(server.bot.waiting) == 1


def test_what_a_wait_brings_is_unconfirmed_until_the_next_pull_has_committed_it(
    server: TelegramApi, source_on: SourceOn
) -> None:
    ledger, source = Ledger(), source_on()
    ledger.pull(source)
    server.bot.put(written(1, "hello"))

    source.wait(10)
    assert server.bot.confirmed == []
    asked = len(server.bot.called("getUpdates"))
    ledger.pull(source)

    # then the pull did not ask Telegram for it again, and the next wait confirms it
    assert texts(ledger) == ["hello"]
    assert len(server.bot.called("getUpdates")) == asked
    source.wait(0.1)
    wait_until(lambda: len(server.bot.confirmed) == 1, what="the confirmation")


@pytest.mark.fault(2)
def test_a_wait_that_died_with_its_process_loses_nothing(server: TelegramApi, source_on: SourceOn) -> None:
    ledger, source = Ledger(), source_on()
    ledger.pull(source)
    server.bot.put(written(1, "hello"))
    source.wait(10)

    ledger.pull(source_on())

    assert texts(ledger) == ["hello"]


def robbed(server: TelegramApi, source: TelegramSource, other: TelegramSource) -> None:
    """Another poller comes while `source` waits: not before its poll has reached the server."""
    before = len(server.bot.called("getUpdates"))

    def rob() -> None:
        wait_until(lambda: len(server.bot.called("getUpdates")) > before, what="the poll under way")
        list(other.pull(None, now=now()))

    thief = threading.Thread(target=rob)
    thief.start()
    source.wait(30)
    thief.join()


@pytest.mark.fault(10)
def test_another_poller_is_told_with_its_cure(server: TelegramApi, source_on: SourceOn) -> None:
    source, other = source_on(), source_on()
    Ledger().pull(source)

    robbed(server, source, other)

    with pytest.raises(Temporary, match="another program asks") as trouble:
        Ledger().pull(source)
    assert "stop the other program" in trouble.value.cure
    Ledger().pull(source)  # and goes on trying


@pytest.mark.fault(10)
def test_a_bot_that_another_program_takes_again_and_again_stops_here_until_somebody_decides(
    server: TelegramApi, source_on: SourceOn
) -> None:
    source, other, told = source_on(), source_on(), []
    Ledger().pull(source)

    for _ in range(3):
        robbed(server, source, other)
        with pytest.raises((Temporary, Permanent), match="another program asks") as trouble:
            Ledger().pull(source)
        told.append(trouble.value)
        Ledger().pull(source)

    assert [type(each) for each in told] == [Temporary, Temporary, Permanent]
    assert "stop the other program" in told[-1].cure  # type: ignore[attr-defined]


def test_a_webhook_of_another_program_is_named_without_its_path_and_left_alone(
    server: TelegramApi, source_on: SourceOn
) -> None:
    server.bot.webhook.url = f"https://user:pw@other.example.net/{server.token}"

    with pytest.raises(Temporary, match=r"set to https://other\.example\.net:") as trouble:
        Ledger().pull(source_on())

    assert "deleteWebhook" in trouble.value.cure
    assert server.token not in f"{trouble.value}{trouble.value.cure}"
    assert server.bot.webhook.url


@pytest.mark.fault(10)
def test_too_many_requests_say_how_long_to_wait(server: TelegramApi, source_on: SourceOn) -> None:
    body = {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    server.planned["getUpdates"] = [(429, body)]

    with pytest.raises(Temporary) as trouble:
        Ledger().pull(source_on())

    assert trouble.value.retry_after == 7


@pytest.mark.parametrize(
    "answer", [(502, b"<html>Bad Gateway: a customer's text</html>"), (200, b"{"), (200, {"ok": True}), (0, b"")]
)
def test_an_answer_that_is_none_is_temporary_and_not_quoted(
    server: TelegramApi, source_on: SourceOn, answer: tuple[int, object], caplog: pytest.LogCaptureFixture
) -> None:
    server.planned["getUpdates"] = [answer]
    source = source_on()

    with pytest.raises(Temporary) as trouble:
        Ledger().pull(source)

    assert "html" not in str(trouble.value)
    assert "customer" not in caplog.text
    server.bot.put(written(1, "hello"))
    ledger = Ledger()
    ledger.pull(source)
    assert texts(ledger) == ["hello"]


def test_a_revoked_token_is_refused_and_a_new_one_in_its_file_needs_no_restart(
    server: TelegramApi, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{server.token}\n")
    source = TelegramSource(BotApi(Secret(file=file), server.url, where="channels.chat.token"), floor=None)
    ledger = Ledger()
    ledger.pull(source)
    server.bot.put(written(1, "hello"))
    server.bot.token = "7000001:AAF-a_new_secret"

    with pytest.raises(LoginRefused) as refusal:
        ledger.pull(source)
    assert "@BotFather" in refusal.value.cure
    assert "channels.chat.token" in refusal.value.cure
    file.write_text(server.bot.token)
    ledger.pull(source)
    source.close()

    assert texts(ledger) == ["hello"]


def test_a_token_of_another_bot_is_not_taken_for_this_one(server: TelegramApi, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(server.token)
    source = TelegramSource(BotApi(Secret(file=file), server.url, where="channels.chat.token"), floor=None)
    Ledger().pull(source)
    file.write_text("7000002:AAF-of_another_bot")

    with pytest.raises(LoginRefused, match="another bot"):
        Ledger().pull(source)
    assert source.name == "telegram:7000001"
    source.close()


@pytest.mark.parametrize("token", ["", "what BotFather said", "7000001"])
def test_what_is_no_token_is_told_before_anything_is_asked(server: TelegramApi, token: str) -> None:
    source = TelegramSource(BotApi(Secret(literal=token), server.url, where="channels.chat.token"), floor=None)

    with pytest.raises(LoginRefused) as refusal:
        Ledger().pull(source)

    assert refusal.value.cure
    assert server.bot.calls == []
    assert source.name == "telegram:unknown"


@pytest.mark.fault(10)
def test_after_a_week_without_updates_a_number_below_the_last_is_not_thrown_away(
    server: TelegramApi, source_on: SourceOn
) -> None:
    ledger, source = Ledger(), source_on()
    server.bot.put(written(1, "before"), update_id=900_000)
    ledger.pull(source)
    source.wait(0.1)
    wait_until(lambda: server.bot.confirmed, what="the confirmation")

    server.bot.put(written(2, "after"), update_id=17)
    for batch in source.pull(ledger.checkpoint, now=now() + timedelta(days=7)):
        ledger.commit(batch)
    ledger.pull(source)

    assert texts(ledger) == ["before", "after"]
    assert ledger.checkpoint is not None
    assert ledger.checkpoint["offset"] == 18


def test_the_same_message_under_another_number_has_the_same_key(server: TelegramApi, source_on: SourceOn) -> None:
    said = written(5, "hello", at=1_700_000_000)
    for number in (17, 900):
        server.bot.put(said, update_id=number)
    ledger = Ledger()

    ledger.pull(source_on(most_updates=1))

    assert [item.key for item in ledger.items] == ["550011/5/message/0"]
    assert len(ledger.repeats) == 1


def test_two_edits_within_a_second_are_two_versions_and_one_that_comes_again_is_one(
    server: TelegramApi, source_on: SourceOn
) -> None:
    for text in ("one", "two", "two"):
        server.bot.put(edited(5, text, edited_at=1_700_000_060, at=1_700_000_000))
    ledger = Ledger()

    ledger.pull(source_on(most_updates=1))

    assert len(ledger.items) == 2
    assert all(item.key.startswith("550011/5/edited_message/1700000060/") for item in ledger.items)


@pytest.mark.fault(10)
def test_an_edit_that_comes_before_its_original_is_an_item_of_its_own(server: TelegramApi, source_on: SourceOn) -> None:
    server.bot.put(edited(5, "two", edited_at=1_700_000_060, at=1_700_000_000))
    server.bot.put(written(5, "one", at=1_700_000_000))
    ledger = Ledger()

    ledger.pull(source_on())

    assert [item.key.split("/")[2] for item in ledger.items] == ["edited_message", "message"]
    assert ledger.items[0].received_at > ledger.items[1].received_at


def test_a_checkpoint_that_lost_its_fields_is_first_contact_and_keeps_the_floor(
    server: TelegramApi, source_on: SourceOn
) -> None:
    server.bot.put(written(1, "old", at=1_700_000_000))

    batches = list(source_on(floor=datetime(2026, 1, 1, tzinfo=UTC)).pull({}, now=now()))

    assert [item.imported for batch in batches for item in batch.items] == [True]


@pytest.mark.fault(10)
def test_updates_without_a_number_do_not_turn_in_circles(server: TelegramApi, source_on: SourceOn) -> None:
    server.planned["getUpdates"] = [(200, {"ok": True, "result": ["?", None, {"message": 5}]})] * 3

    batches = list(source_on(most_updates=3).pull(None, now=now()))

    assert len(batches) == 1
    assert len({item.key for item in batches[0].items}) == 3


def test_only_what_is_understood_is_asked_for(server: TelegramApi, source_on: SourceOn) -> None:
    Ledger().pull(source_on())

    (asked,) = server.bot.called("getUpdates")
    assert asked["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


def test_a_pressed_button_is_calmed_once_it_is_in_the_ledger(server: TelegramApi, source_on: SourceOn) -> None:
    server.bot.put(pressed("take", message(9, "a notice", sender=LUCIA)))
    source = source_on()
    pulling = iter(source.pull(None, now=now()))

    next(pulling)
    assert server.bot.called("answerCallbackQuery") == []
    assert next(pulling, None) is None

    assert server.bot.called("answerCallbackQuery") == [{"callback_query_id": "4382bfdwdsb323b2d9"}]


def test_no_log_line_of_a_library_shows_the_token(
    server: TelegramApi, source_on: SourceOn, caplog: pytest.LogCaptureFixture
) -> None:
    from ventanilla.logs import TALKATIVE

    for name in ("", *TALKATIVE):  # whatever another test told them
        caplog.set_level("DEBUG", logger=name)
    Ledger().pull(source_on())

    told = [record.name.partition(".")[0] for record in caplog.records if server.token in record.getMessage()]
    assert "httpx" in told  # it would, if it were let
    assert set(told) <= set(TALKATIVE)
