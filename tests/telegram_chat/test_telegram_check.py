"""`check --connect` for a bot: what works, what will happen, what cures the rest; and the staff's bot by its configuration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.load import load_config
from config.schema import Config
from connectors.registry import Place, fetcher, hooks, kind
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.channel import (
    bot_username,
    set_commands,
    staff_check,
    staff_fetcher,
    staff_reader,
    staff_sender,
    staff_source,
)
from connectors.telegram_chat.checking import check_bot
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from tests.telegram_chat.conftest import HOOK, KEY, now
from ventanilla.channel import Finding, Outgoing
from ventanilla.errors import BadMessage, LoginRefused, Temporary
from ventanilla.store.installation import Installation
from ventanilla.words import Verdict

INSTALLATION = Installation(instance="0011", signing_key=KEY)


def told(findings: Iterator[Finding]) -> dict[str, Finding]:
    return {finding.subject.split(" ")[0]: finding for finding in findings}


def test_a_bot_that_works_says_its_name_and_what_will_happen(api: BotApi) -> None:
    found = told(check_bot(api, now=now(), start="now"))

    assert all(finding.ok for finding in found.values())
    assert "@ventanilla_test_bot" in found["Telegram"].message
    assert "none is set" in found["webhook"].message
    assert "only noted down" in found["messages"].message


def test_what_waits_is_counted_and_dated_and_not_confirmed(server: TelegramApi, api: BotApi) -> None:
    for number in range(3):
        server.bot.put(written(number + 1, "x", at=int((now() - timedelta(hours=number + 7)).timestamp())))

    finding = told(check_bot(api, now=now(), start="all"))["messages"]

    assert not finding.ok
    assert "3 wait, the oldest since 420 minutes; all of them are taken as new" in finding.message
    assert "lost" in finding.cure
    assert len(server.bot.waiting) == 3


def test_nobody_is_pushed_aside_when_nothing_waits(server: TelegramApi, api: BotApi) -> None:
    list(check_bot(api, now=now()))

    assert server.bot.called("getUpdates") == []


def test_a_bot_for_groups_says_how_to_close_it(server: TelegramApi, api: BotApi) -> None:
    server.bot.can_join_groups = True

    assert "/setjoingroups" in told(check_bot(api, now=now()))["groups"].message


def test_a_webhook_of_another_program_fails_with_its_cure(server: TelegramApi, api: BotApi) -> None:
    server.bot.webhook.url = f"https://other.example.net/{server.token}"

    for wanted in (None, HOOK):
        finding = told(check_bot(api, now=now(), webhook=wanted))["webhook"]
        assert not finding.ok
        assert "deleteWebhook" in finding.cure
        assert server.token not in f"{finding.message}{finding.cure}"


def test_a_webhook_that_telegram_cannot_reach_fails_with_its_words(server: TelegramApi, api: BotApi) -> None:
    server.bot.webhook.url = HOOK
    assert told(check_bot(api, now=now(), webhook=HOOK))["webhook"].ok

    server.bot.put(written(1, "x"))
    server.bot.webhook.error, server.bot.webhook.error_at = "SSL error {certificate has expired}", 1_790_000_000
    finding = told(check_bot(api, now=now(), webhook=HOOK))["webhook"]

    assert not finding.ok
    assert "certificate has expired" in finding.message
    assert "[web] listen" in finding.cure


def test_an_address_without_tls_is_told(api: BotApi) -> None:
    finding = list(check_bot(api, now=now(), webhook="http://desk.example.com/webhooks/chat/"))[-2]

    assert not finding.ok
    assert "not https" in finding.message


def test_a_refused_token_and_a_server_that_is_gone_fail_with_their_cures(server: TelegramApi, api: BotApi) -> None:
    server.bot.token = "7000001:AAF-another"
    (refused,) = check_bot(api, now=now())
    server.stop()
    (gone,) = check_bot(api, now=now())

    assert not refused.ok
    assert "@BotFather" in refused.cure
    assert not gone.ok
    assert "api_url" in gone.cure


# By configuration alone


TOML = """
[service]
timezone = "Europe/Madrid"
{service}
[channels.chat]
kind = "telegram"
team = "t"
start = 2026-11-01
language = "ca"
token = {{ env = "CHAT_BOT" }}
api_url = "{url}"
[staff]
telegram = {{ token = {{ env = "STAFF_BOT" }}, api_url = "{url}" }}
[teams.t]
members = ["ana"]
duty = ["ana"]
[agents.ana]
email = "ana@example.com"
"""


@pytest.fixture
def config(server: TelegramApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A house whose customers' bot is the one on the server; the staff's is another."""
    return configured(server, tmp_path, monkeypatch)


def configured(server: TelegramApi, folder: Path, monkeypatch: pytest.MonkeyPatch, service: str = "") -> Config:
    monkeypatch.setenv("CHAT_BOT", server.token)
    monkeypatch.setenv("STAFF_BOT", "7000002:AAF-of_the_staff")
    path = folder / "ventanilla.toml"
    path.write_text(TOML.format(url=server.url, service=service), encoding="utf-8")
    return load_config(path).config


def place(config: Config) -> Place:
    return Place(name="chat", config=config, installation=INSTALLATION, since=now())


def test_a_channel_is_made_of_its_toml_alone(server: TelegramApi, config: Config) -> None:
    settings, here = config.channels["chat"], place(config)
    telegram = kind("telegram")
    (source,) = telegram.sources(settings, here)
    server.bot.put(written(1, "vell", at=int(datetime(2026, 10, 31, 22, 59, tzinfo=UTC).timestamp())))
    server.bot.put(written(2, location={"latitude": 1, "longitude": 2}))

    (batch,) = source.pull(None, now=now())
    old, new = batch.items
    message = telegram.reader(settings, here)(new.raw or b"")
    sender, gets = telegram.sender(settings, here), fetcher(settings, here)

    assert source.name == batch.source == "telegram:7000001"
    assert (old.imported, new.imported) == (True, False)
    assert message.text.startswith("Ubicació: ")
    assert hooks(settings, here) == ()
    assert sender is not None
    assert sender.send(Outgoing(id=1, recipient="550011", text="Hola")).external_id == "7000001/550011/1"
    assert told(telegram.check(settings, here))["Telegram"].ok
    for part in (source, sender, gets):
        assert part is not None
        part.close()


def test_a_public_url_gives_the_channel_a_hook(
    server: TelegramApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(server, tmp_path, monkeypatch, 'public_url = "https://desk.example.com"')

    (hook,) = hooks(config.channels["chat"], place(config))
    (source,) = kind("telegram").sources(config.channels["chat"], place(config))
    list(source.pull(None, now=now()))
    source.close()

    assert hook.path == ""
    assert server.bot.webhook.url == HOOK


def test_an_odd_token_an_address_in_the_clear_and_a_mode_without_anybody_are_warned_about(
    server: TelegramApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(server, tmp_path, monkeypatch)
    path = tmp_path / "ventanilla.toml"
    assert not [each.key for each in load_config(path).warnings if each.key.startswith("channels.chat")]

    monkeypatch.setenv("CHAT_BOT", "what BotFather said")
    text = path.read_text("utf-8").replace(server.url, "http://bots.example.com", 1)
    path.write_text(text.replace("start = 2026-11-01", 'mode = "internal"'), encoding="utf-8")
    warned = {warning.key: warning.message for warning in load_config(path).warnings}

    assert "as @BotFather gives it" in warned["channels.chat.token"]
    assert "no customer at all" in warned["channels.chat.only_to"]
    assert "bots.example.com in the clear" in warned["channels.chat.api_url"]


def test_a_secret_that_is_gone_is_not_the_updates_fault(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    read = kind("telegram").reader(config.channels["chat"], place(config))
    monkeypatch.delenv("CHAT_BOT")
    with pytest.raises(Temporary):
        read(b"{}")
    monkeypatch.setenv("CHAT_BOT", "7000001:AAF-x")
    with pytest.raises(BadMessage):
        read(b"{}")


def test_the_staffs_bot_has_its_own_source_reader_and_sender(server: TelegramApi, config: Config) -> None:
    server.bot.token = "7000002:AAF-of_the_staff"
    server.bot.put(written(1, "/start 5f3a9c0e", at=1_700_000_000))
    source, read, sender = staff_source(config, INSTALLATION), staff_reader(config, INSTALLATION), staff_sender(config)
    gets = staff_fetcher(config)
    assert source is not None
    assert read is not None
    assert sender is not None
    assert gets is not None

    (batch,) = source.pull(None, now=now())
    (item,) = batch.items
    message = read(item.raw or b"")
    sent = sender.send(Outgoing(id=1, recipient="550011", text="Hola"))

    assert batch.source == "telegram:7000002"
    assert not item.imported
    assert (message.text, message.screening.verdict) == ("/start 5f3a9c0e", Verdict.ACCEPT)
    assert (sent.external_id or "").startswith("7000002/550011/")
    assert "bot 7000002" in told(staff_check(config))["Telegram"].message
    for part in (source, sender, gets):
        part.close()


def test_a_house_without_a_staffs_bot_has_none_of_it(config: Config) -> None:
    without = config.model_copy(update={"staff": config.staff.model_copy(update={"telegram": None})})

    assert staff_source(without, INSTALLATION) is None
    assert staff_reader(without, INSTALLATION) is None
    assert staff_sender(without) is None
    assert staff_fetcher(without) is None
    assert list(staff_check(without)) == []


def test_a_bots_name_is_asked_for_and_its_menu_set(server: TelegramApi, config: Config) -> None:
    chat = config.channels["chat"]
    token, url = getattr(chat, "token"), getattr(chat, "api_url")  # noqa: B009

    assert bot_username(token, url) == "ventanilla_test_bot"
    set_commands(token, url, {"/pausa": "Me voy un rato"}, language="es")
    (asked,) = server.bot.called("setMyCommands")
    assert asked == {"commands": [{"command": "pausa", "description": "Me voy un rato"}], "language_code": "es"}
    server.bot.token = "7000001:AAF-another"
    with pytest.raises(LoginRefused):
        bot_username(token, url)
    server.stop()
    with pytest.raises(Temporary):
        bot_username(token, url)
