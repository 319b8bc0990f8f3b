"""Times one chat message at a time, by webhook and by long polling: from the provider's side to a responsible person."""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from bench.servers import free_port
from bench.shop import AGENT, AGENTS
from cli.applying import apply_file
from config.load import load_config
from config.opening import open_configured_store
from connectors.telegram_chat.updates import raw_item
from router.service import route_items
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from ventanilla.store.engine import Store, open_store
from ventanilla.store.inbox import insert_items
from ventanilla.store.migrate import upgrade
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState
from worker import build_router, utc_now

TOML = """
[service]
name = "Bench"
data_dir = "var"
timezone = "Europe/Madrid"
{public}

[web]
listen = "127.0.0.1:{port}"

[store]
url = "{store}"

[channels.chat]
kind = "telegram"
mode = "observe"
team = "atencion"
token = {{ file = "token" }}
api_url = "{api_url}"

[teams.atencion]
members = [{members}]
duty = ["agent0"]
"""
PAUSE = 0.05


def webhook_times(folder: Path, *, store_url: str, count: int) -> list[float]:
    """Seconds from the first byte of a provider's call until the message has an owner, one after another."""
    with _shop(folder, store_url=store_url, webhook=True) as (telegram, store, port):
        _wait(lambda: bool(telegram.bot.webhook.url), "the webhook")
        headers = {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": telegram.bot.webhook.secret,
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

        def bring(number: int) -> None:
            connection.request("POST", "/webhooks/chat/", json.dumps(_update(number)).encode(), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the webhook answered {answer.status}")

        return _times(store, bring, count)


def long_poll_times(folder: Path, *, store_url: str, count: int) -> list[float]:
    """Seconds from the moment an update waits at the provider until the message has an owner."""
    with _shop(folder, store_url=store_url, webhook=False) as (telegram, store, _):
        return _times(store, lambda number: _put(telegram, number), count)


def bare_times(folder: Path, *, store_url: str, count: int) -> list[float]:
    """Seconds that the store's and the router's own work for one message takes in one process: what the roads above add to."""
    folder.mkdir(parents=True)
    _write_shop(folder, store_url=store_url, token="7000001:bench", api_url="http://127.0.0.1:9", public="", port=8080)
    loaded = load_config(folder / "shop.toml")
    store = open_configured_store(loaded.config)
    try:
        upgrade(store)
        apply_file(store, loaded, now=utc_now())
        router = build_router(loaded.config, store)

        def bring(number: int) -> None:
            item = raw_item(_update(number), now=utc_now(), floor=None)
            route_items(router, insert_items(store, "chat", "telegram:7000001", [item], now=utc_now()))

        return _times(store, bring, count)
    finally:
        store.close()


def quantiles(times: list[float]) -> tuple[float, float]:
    """p50 and p99."""
    return statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[98]


def _times(store: Store, bring: Callable[[int], None], count: int) -> list[float]:
    warm = 5
    taken = []
    for number in range(count + warm):
        time.sleep(PAUSE)
        before = time.perf_counter()
        bring(number)
        _wait(lambda: _routed(store) > number, f"message {number}'s owner", step=0.004)  # noqa: B023
        taken.append(time.perf_counter() - before)
    return taken[warm:]


def _update(number: int) -> dict[str, object]:
    sender = {"id": 900_000 + number, "is_bot": False, "first_name": f"Cliente {number}", "language_code": "es"}
    return {"update_id": 1_000_000 + number, **written(1, "Buenos días, ¿cuándo llega mi pedido?", sender=sender)}


def _put(telegram: TelegramApi, number: int) -> None:
    update = _update(number)
    update.pop("update_id")
    telegram.bot.put(update)


def _routed(store: Store) -> int:
    query = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == InboxState.ROUTED)
    with store.read() as connection:
        return int(connection.scalar(query) or 0)


@contextmanager
def _shop(folder: Path, *, store_url: str, webhook: bool) -> Iterator[tuple[TelegramApi, Store, int]]:
    folder.mkdir(parents=True)
    port = free_port()
    url = f"sqlite:///{folder / 'var' / 'ventanilla.db'}" if store_url == "sqlite" else store_url
    with TelegramApi() as telegram, (folder / "log").open("w") as log:
        telegram.bot.takes_http_webhooks = True
        public = f'public_url = "http://127.0.0.1:{port}"' if webhook else ""
        _write_shop(folder, store_url=store_url, token=telegram.token, api_url=telegram.url, public=public, port=port)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        command = [sys.executable, "-P", "-m", "cli", "--config", str(folder / "shop.toml"), "up"]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        store = None
        try:
            _wait(lambda: _said(folder, '"listening"') and _said(folder, '"worker_started"'), "the start")
            store = open_store(url, folder / "var" / "blobs")
            yield telegram, store, port
        except (TimeoutError, OSError) as error:
            said = (folder / "log").read_text()[-2000:]
            raise TimeoutError(f"{error}; the service said last:\n{said}") from None
        finally:
            if store is not None:
                store.close()
            process.terminate()
            process.wait(timeout=60)


def _write_shop(folder: Path, *, store_url: str, token: str, api_url: str, public: str, port: int) -> None:
    (folder / "token").write_text(token)
    (folder / "token").chmod(0o600)
    members = ", ".join(f'"agent{number}"' for number in range(AGENTS))
    text = TOML.format(public=public, port=port, store=store_url, api_url=api_url, members=members)
    (folder / "shop.toml").write_text(text + "".join(AGENT.format(number=number) for number in range(AGENTS)))


def _said(folder: Path, what: str) -> bool:
    return what in (folder / "log").read_text()


def _wait(done: Callable[[], bool], what: str, *, step: float = 0.02) -> None:
    end = time.monotonic() + 60
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come in 60 s")
        time.sleep(step)
