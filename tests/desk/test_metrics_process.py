"""`/metrics` of a running service: there when the file asks for it, with what has really happened in it."""

from __future__ import annotations

import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from cli.desk import is_needed
from config.load import load_config
from tests.desk.running import get, up, write
from tests.servers.ports import free_port, wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written


def test_a_message_is_in_the_figures_of_the_running_service_and_in_status(tmp_path: Path) -> None:
    port = free_port()
    with TelegramApi() as telegram:
        more = f'[web]\nlisten = "127.0.0.1:{port}"\nmetrics = "local"'
        write(tmp_path, token=telegram.token, api_url=telegram.url, more=more)
        with up(tmp_path) as running:
            wait_until(lambda: get(port, "/metrics") == 200, what="the web side")
            telegram.bot.put(written(5, "¿Tienen tornillos?"))
            name = "ventanilla_ingest_lag_seconds_count"
            wait_until(lambda: figures(port).get(name, {}).get(("chat",)) == 1.0, what="the message in the figures")
            told = running.json("status")

    found = told["channels"][0]["times"]
    assert (found["ingest_lag"]["count"], found["queue_wait"]["count"], found["route_time"]["count"]) == (1, 1, 1)
    assert told["machine"] == {"verdict": "keeping_up", "reasons": []}


def test_metrics_in_the_file_make_the_web_process_run_unless_they_are_off(tmp_path: Path) -> None:
    for more, needed in (('[web]\nmetrics = "local"', True), ('[web]\nmetrics = "off"', False)):
        write(tmp_path, token="1:x", api_url="http://127.0.0.1:9", more=more)
        assert is_needed(load_config(tmp_path / "v.toml").config) is needed


def test_figures_that_anybody_could_read_are_warned_of_and_a_network_is_checked(tmp_path: Path) -> None:
    more = '[web]\nlisten = "0.0.0.0:8080"\nmetrics = "anyone"'
    write(tmp_path, token="1:x", api_url="http://127.0.0.1:9", more=more)

    (warning,) = [one for one in load_config(tmp_path / "v.toml").warnings if one.key == "web.metrics"]
    assert "set metrics_token" in warning.message


def figures(port: int) -> dict[str, dict[tuple[str, ...], float]]:
    """What Prometheus would read."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        page = answer.read().decode()
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found
