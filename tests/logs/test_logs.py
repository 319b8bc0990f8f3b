"""Log lines: a form for people and one for machines, no secrets, nothing that a customer wrote."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ventanilla.logs import LONGEST, QUIET, TALKATIVE, harmless, set_up_logs


@pytest.fixture(autouse=True)
def _the_process_gets_its_own_logging_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in (*TALKATIVE, *QUIET)}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def logged(source: str, **environment: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw(source, **environment).splitlines()]


def raw(source: str, **environment: str) -> str:
    """What `source` logs, by way of `log` and `logging`, into a stream that is no terminal."""
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        set_up_logs(stream=stream)
    exec(source, {"log": structlog.get_logger("room"), "logging": logging})
    return stream.getvalue()


def test_away_from_a_terminal_each_line_is_one_json_object_on_standard_error() -> None:
    source = """
import structlog
from ventanilla.logs import set_up_logs
set_up_logs()
structlog.get_logger("room").info("case_assigned", case="K7Q", load=3)
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    line = json.loads(done.stderr)

    assert done.stdout == ""

    assert line["timestamp"].endswith("Z")
    assert {key: line[key] for key in ("event", "case", "load", "level", "logger")} == {
        "event": "case_assigned",
        "case": "K7Q",
        "load": 3,
        "level": "info",
        "logger": "room",
    }


def test_libraries_lines_take_the_same_road() -> None:
    (line,) = logged("logging.getLogger('dramatiq.worker').error('Failed to process %s', 'route_messages([1])')")

    assert (line["event"], line["level"], line["logger"]) == (
        "Failed to process route_messages([1])",
        "error",
        "dramatiq.worker",
    )


def test_people_get_lines_without_braces_when_they_ask_for_them() -> None:
    told = raw("log.info('case_assigned', case='K7Q')", VENTANILLA_LOG="human")

    assert "case_assigned" in told
    assert "case=K7Q" in told
    assert "{" not in told


def test_a_terminal_gets_colours_and_a_file_does_not() -> None:
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    source = "import structlog\nfrom ventanilla.logs import set_up_logs\nset_up_logs()\nstructlog.get_logger('room').info('hello')"
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "VENTANILLA_LOG")}
    subprocess.run([sys.executable, "-c", source], stderr=slave, check=True, env=environment)
    os.close(slave)
    told = os.read(master, 4096)
    os.close(master)

    assert b"\x1b[" in told
    assert "\x1b[" not in raw("log.info('hello')", VENTANILLA_LOG="human")


def test_the_level_comes_from_the_environment_and_nonsense_is_ignored() -> None:
    source = "log.debug('d'); log.info('i'); log.warning('w')"

    assert [line["event"] for line in logged(source, VENTANILLA_LOG_LEVEL="debug")] == ["d", "i", "w"]
    assert [line["event"] for line in logged(source, VENTANILLA_LOG_LEVEL="warning")] == ["w"]
    assert [line["event"] for line in logged(source, VENTANILLA_LOG_LEVEL="loud")] == ["i", "w"]


def test_imapclient_never_writes_down_what_it_fetches() -> None:
    source = "logging.getLogger('imapclient.imaplib').debug('BODY[] secret mail')"

    assert logged(source, VENTANILLA_LOG_LEVEL="debug") == []


@pytest.mark.parametrize(
    "name", ["password", "imap_password", "bot_token", "Authorization", "client_secret", "api_key"]
)
def test_secrets_become_stars(name: str) -> None:
    (line,) = logged(f"log.info('x', **{{{name!r}: 'hunter2'}}, nested={{{name!r}: ['hunter2']}})")

    assert line[name] == "***"
    assert "hunter2" not in json.dumps(line)


@pytest.mark.parametrize("name", ["text", "subject", "body", "html", "raw"])
def test_what_customers_write_is_withheld(name: str) -> None:
    (line,) = logged(f"log.info('x', **{{{name!r}: 'Hola, mi pedido'}})")

    assert line[name] == "withheld (15)"


def test_a_password_inside_a_url_is_hidden_wherever_it_stands() -> None:
    first, second = logged(
        "log.info('x', url='redis://me:hunter2@host/3')\n"
        "logging.getLogger('lib').warning('cannot reach %s', 'rediss://:hunter2@host')"
    )

    assert first["url"] == "redis://me:***@host/3"
    assert second["event"] == "cannot reach rediss://:***@host"


def test_an_exception_tells_where_and_its_first_line_but_not_the_rows_values() -> None:
    source = """
import sqlalchemy as sa
engine = sa.create_engine("sqlite://")
try:
    with engine.begin() as link: link.execute(sa.text("insert into nowhere values (:text)"), {"text": "Hola, mi pedido"})
except Exception:
    log.exception('route_failed', inbox=7)
    logging.getLogger('lib').exception('failed')
"""
    ours, theirs = logged(source)

    for line in (ours, theirs):
        assert "OperationalError" in line["exception"]
        assert "no such table: nowhere" in line["exception"]
        assert "mi pedido" not in json.dumps(line)
        assert "<string>:" in line["exception"]


def longest_string(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | dict):
        return max((longest_string(each) for each in (value.values() if isinstance(value, dict) else value)), default=0)
    return 0


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.binary(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
)
def test_whatever_is_logged_can_be_written_as_json_and_is_short(value: object) -> None:
    written = json.loads(json.dumps(harmless("anything", value)))

    assert longest_string(written) <= LONGEST + 40


def test_long_values_are_cut() -> None:
    assert len(harmless("x", "y" * 10_000)) < LONGEST + 40
    assert harmless("x", b"y" * 10_000) == "10000 bytes"
    assert len(harmless("ids", list(range(1000)))) == 50


def test_the_module_itself_is_cheap_to_import() -> None:
    source = "import sys, ventanilla.logs; print('structlog' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
