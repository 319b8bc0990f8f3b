"""What a process shows of itself to others, what it is given, and what is left of it when it crashes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desk.mail_view import apart
from router.reading import Readers
from tests.acceptance.conftest import Launch
from tests.acceptance.service import house
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer
from ventanilla.processes import bare_environment

SECRET = "Zq7-secret-of-the-environment"


@pytest.fixture(autouse=True)
def _a_secret_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", SECRET)


def test_whoever_reads_a_suspicious_item_is_not_told_our_secrets() -> None:
    readers = Readers({}, {"chat": "tests.security.told_environment"})

    readers.try_alone(b"an item", "chat")  # raises where it was told


def test_whoever_cleans_html_is_not_told_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    run = subprocess.run

    def noted(*arguments: Any, **options: Any) -> Any:
        told.append(options.get("env"))
        return run(*arguments, **options)

    monkeypatch.setattr(subprocess, "run", noted)
    apart.sanitised("<p>x</p>" * 1000)

    assert told == [bare_environment()]
    assert SECRET not in told[0].values()


def test_a_command_that_crashes_leaves_no_memory_behind() -> None:
    asked = (
        "import cli.main, sys, resource; sys.argv[1:] = ['--version']\ntry: cli.main.run()\nexcept SystemExit: pass\n"
    )
    told = [sys.executable, "-c", f"{asked}print(resource.getrlimit(resource.RLIMIT_CORE)[0])"]

    assert subprocess.run(told, capture_output=True, text=True, check=True).stdout.split()[-1] == "0"


@pytest.mark.slow
def test_the_running_service_shows_no_secret_on_its_command_lines_and_would_leave_no_core(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service = make_service(house(dovecot, smtp)).start()
    pids = service.pids()
    password = (service.folder / "secrets" / "soporte").read_text().strip()

    for name, pid in pids.items():
        place = Path(f"/proc/{pid}")
        limits = dict(line.split("  ", 1) for line in (place / "limits").read_text().splitlines()[1:] if "  " in line)
        assert limits["Max core file size"].split()[0] == "0", name
        command = (place / "cmdline").read_bytes().decode()
        assert SECRET not in command, name
        assert f"\0{password}\0" not in f"\0{command}\0", name
    assert SECRET not in Path(f"/proc/{pids['queue']}/environ").read_bytes().decode(), "the queue server needs none"
    assert SECRET in Path(f"/proc/{pids['connect']}/environ").read_bytes().decode(), "whoever signs in does"
