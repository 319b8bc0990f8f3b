"""The web process in the tree: there when something needs it, out of the way when not, and no trouble to the others."""

from __future__ import annotations

import signal
import socket
import urllib.request
from pathlib import Path

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from cli.desk import is_needed
from config.load import load_config
from tests.desk.running import Up, get, up, write
from tests.servers.ports import free_port, wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, hook_refusals, inbox


@pytest.mark.parametrize(
    ("service", "more", "needed"),
    [
        ("", "", False),
        ('public_url = "https://desk.example.com"', "", True),
        ("", '[web]\nlisten = "127.0.0.1:8080"', True),
        ("", "[web]", False),
    ],
)
def test_the_web_process_runs_where_something_needs_it(tmp_path: Path, service: str, more: str, needed: bool) -> None:
    write(tmp_path, token="1:x", api_url="http://127.0.0.1:9", service=service, more=more)

    assert is_needed(load_config(tmp_path / "v.toml").config) is needed


def test_an_update_that_telegram_brings_has_an_owner_and_is_in_the_figures_and_a_strangers_call_is_counted(
    tmp_path: Path,
) -> None:
    port = free_port()
    with TelegramApi() as telegram:
        telegram.bot.takes_http_webhooks = True
        public = f'public_url = "http://127.0.0.1:{port}"'
        more = f'[web]\nlisten = "127.0.0.1:{port}"\nmetrics = "local"'
        write(tmp_path, token=telegram.token, api_url=telegram.url, service=public, more=more)
        with up(tmp_path) as running:
            wait_until(lambda: telegram.bot.webhook.url, what="the webhook")
            wait_until(lambda: get(port, "/healthz") == 200, what="the web side")
            assert get(port, "/webhooks/chat/", method="POST") == 403
            telegram.bot.put(written(5, "¿Tienen tornillos?"))
            assert telegram.bot.deliver()

            _wait_for_owner(running, "ana")
            name = "ventanilla_ingest_lag_seconds_count"
            wait_until(lambda: figures(port).get(name, {}).get(("chat",)) == 1.0, what="the message in the figures")
            wait_until(lambda: _refused(running), what="the count of refused calls")

            told = running.json("status")
            found = told["channels"][0]["times"]
            assert [found[one]["count"] for one in ("ingest_lag", "queue_wait", "route_time")] == [1, 1, 1]
            assert told["machine"] == {"verdict": "keeping_up", "reasons": []}
            assert {child["name"] for child in told["processes"]} >= {"desk", "connect", "route"}
            assert [(one["channel"], one["reason"]) for one in told["refused_calls"]] == [("chat", "no secret")]
            assert running.json("check", "--connect")["findings"][2]["message"].endswith("is the running service's")
    assert '"listening"' in running.log


@pytest.mark.slow
def test_a_reload_brings_the_web_process_and_a_taken_port_is_no_trouble_to_the_others(tmp_path: Path) -> None:
    port = free_port()
    with TelegramApi() as telegram:
        write(tmp_path, token=telegram.token, api_url=telegram.url)
        with up(tmp_path) as running, socket.create_server(("127.0.0.1", port)) as taken:
            assert "desk" not in running.children()

            # given that somebody has the port that the new file names
            write(tmp_path, token=telegram.token, api_url=telegram.url, more=f'[web]\nlisten = "127.0.0.1:{port}"')
            running.process.send_signal(signal.SIGHUP)
            wait_until(lambda: '"cannot_listen"' in running.log, what="the refused start")
            assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in running.log
            wait_until(lambda: running.children().get("desk", {}).get("last_exit") == 3, what="its end")
            telegram.bot.put(written(5, "hola"))
            _wait_for_owner(running, "ana")

            # when it is free it listens, and when the file no longer asks for it, it goes
            taken.close()
            wait_until(lambda: get(port, "/healthz") == 200, what="the web side")
            write(tmp_path, token=telegram.token, api_url=telegram.url)
            running.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "desk" not in running.children(), what="its leaving")
            assert get(port, "/healthz") is None


def _wait_for_owner(running: Up, agent: str) -> None:
    store = running.store()
    try:
        wait_until(lambda: _owners(store) == [agent], what=f"a case of {agent}'s")
    finally:
        store.close()


def _owners(store: Store) -> list[str]:
    with store.read() as connection:
        routed = connection.scalar(sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == "routed"))
        owners = list(connection.scalars(sa.select(conversations.c.owner)))
    return owners if routed else []


def figures(port: int) -> dict[str, dict[tuple[str, ...], float]]:
    """What Prometheus would read."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        page = answer.read().decode()
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


def _refused(running: Up) -> bool:
    """Whether a call that was refused has been counted."""
    store = running.store()
    try:
        with store.read() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(hook_refusals)) == 1
    finally:
        store.close()
