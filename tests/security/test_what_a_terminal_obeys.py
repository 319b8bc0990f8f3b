"""Nothing that a server, a file or a customer said forges a log line or steers the terminal of whoever reads it."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog

from tests.logs.test_logs import _the_process_gets_its_own_logging_back as own_logging
from tests.logs.test_logs import raw
from tests.servers.warm import known_environment, run_warm
from ventanilla.logs import set_up_logs

__all__ = ["own_logging"]
STEERING = "no\n2026-11-01 [info] owned\r\x1b]0;owned\x07\x1b[31m\x9b31m\x85\u2028\u202eevil"
OBEYED = "\x1b\x07\x9b\x85\r\u2028\u202e"
HOUSE = """
[channels.soporte]
kind = "email"
team = "atencion"
address = "soporte@example.com"
imap = {{ host = "127.0.0.1", port = {port}, security = "none", user = "soporte", password = {{ file = "word" }} }}
smtp = {{ host = "127.0.0.1", port = {port}, security = "none" }}

[teams.atencion]
members = ["ana"]
duty = ["ana"]

[agents.ana]
email = "ana@example.com"
"""


def lines_of(form: str) -> str:
    stream = io.StringIO()
    set_up_logs(form=form, stream=stream)
    log = structlog.get_logger("room")
    log.warning("refused", problem=STEERING, those=[STEERING], about={STEERING: STEERING})
    log.error("it_failed", exc_info=ValueError(STEERING.replace("\n", " ")))
    return stream.getvalue()


@pytest.mark.parametrize("form", ["human", "json"])
def test_a_line_of_the_log_cannot_be_forged_nor_steer_a_terminal(form: str) -> None:
    said = lines_of(form)

    assert [sign for sign in OBEYED if sign in said] == []
    assert [line for line in said.splitlines() if line.startswith("2026-11-01 [info]")] == []
    assert "owned" in said, "what was said is still there"


def test_a_librarys_line_is_one_line() -> None:
    said = raw(f"logging.getLogger('lib').warning('it says %s', {STEERING!r})")

    assert [sign for sign in OBEYED if sign in said] == []
    assert "\n" not in json.loads(said)["event"]


@contextmanager
def rude_server() -> Iterator[int]:
    """Whoever comes is told something that no terminal should hear."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    client, _ = server.accept()
                except TimeoutError:
                    continue
                with client:
                    client.sendall(b"* BYE \x1b]0;owned\x07\xc2\x9b31m go away\r\n554 \x1b[31m\xc2\x9b31m go away\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_a_mail_server_says_does_not_steer_the_terminal_of_whoever_checks(
    tmp_path: Path, form: tuple[str, ...]
) -> None:
    file = tmp_path / "v.toml"
    (tmp_path / "word").write_text("x")
    with rude_server() as port:
        file.write_text(HOUSE.format(port=port))
        done = run_warm(["--config", str(file), *form, "check", "--connect"], env=known_environment())

    said = done.stdout + done.stderr
    assert "go away" in said
    assert [sign for sign in OBEYED if sign in said] == []


def test_what_a_list_of_customers_holds_does_not_steer_the_terminal_of_whoever_imports_it(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("x")
    file, customers = tmp_path / "v.toml", tmp_path / "c.csv"
    file.write_text(HOUSE.format(port=1))
    customers.write_text("name;email\nEva;\x1b[31mowned\x07\x9b31m\n")
    assert run_warm(["--config", str(file), "migrate"], env=known_environment()).returncode == 0

    done = run_warm(["--config", str(file), "contacts", "import", str(customers)], env=known_environment())

    assert done.returncode == 2
    assert "owned" in done.stderr
    assert [sign for sign in OBEYED if sign in done.stdout + done.stderr] == []
