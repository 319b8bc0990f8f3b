"""The demo as whoever tries it sees it: real runs of the command, with everything it starts."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.status import read_status
from tests.demo.on_terminal import OnTerminal
from tests.demo.running import (
    COMMAND,
    command_lines,
    demo_at_work,
    environment,
    processes_of,
    run_demo,
    run_demo_to_its_first_message,
)
from tests.servers.needs import need_demo_libraries
from tests.servers.ports import wait_until

pytestmark = pytest.mark.timeout(600)
DESK = re.compile(r"http://127\.0\.0\.1:\d+/welcome/[\w-]{32}")
LINE = re.compile(r"^\d\d:\d\d:\d\d (?:correo|chat|telefono \[\w+\]) .+:.* (→ \w+|×) \(.+\)", re.MULTILINE)


@pytest.fixture(autouse=True)
def _mail_libraries() -> None:
    need_demo_libraries()


def get(link: str) -> int:
    """What the desk says to a browser: a status, 0 while nobody answers."""
    try:
        with urllib.request.urlopen(link, timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the demo is started; whatever happens, nothing that works in it outlives the test."""
    yield tmp_path
    for pid in processes_of(tmp_path):
        os.kill(pid, signal.SIGKILL)


def test_a_short_day_ends_by_itself_with_every_mail_in_the_ledger_and_the_audit_clean(folder: Path) -> None:
    done = run_demo("--for", "15s", "--json", cwd=folder)

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert told["posted"] == told["in_ledger"] == sum(told["inbox"].values()) >= 2
    assert told["cases"] == sum(told["owners"].values()) >= 1
    assert set(told["audit"].values()) == {0}
    assert all(each["put_in"] == each["in_ledger"] >= 1 for each in told["sources"].values())
    assert set(told["sources"]) - {"sent"} == {"mail", "telegram", "phone", "staff"}
    assert told["letters"]["acknowledgement"]["sent"] == told["letters"]["acknowledgement"]["found"] >= 1
    assert told["letters"]["notice"]["sent"] == told["letters"]["notice"]["found"] >= 1
    assert told["letters"]["notice"]["by_way"]["telegram"] >= 1
    assert "[web]" not in (folder / "var" / "demo" / "ventanilla.toml").read_text(), "a program looks at no pages"
    assert told["data_dir"] == str(folder / "var" / "demo")
    assert processes_of(folder) == set()


def test_in_a_pipe_each_message_is_a_line_and_ctrl_c_ends_with_the_summary(folder: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--language", "es"], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    written = b""
    while written.count(b"(quien menos casos") < 2:
        written += os.read(process.stdout.fileno(), 4096)
    link = DESK.search(written.decode())
    assert link is not None
    wait_until(lambda: get(link[0]) == 200, seconds=30, what="the desk")
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)

    text = (written + rest).decode()
    assert process.returncode == 0, text
    assert errors == b""
    assert "\x1b" not in text
    assert len(LINE.findall(text)) >= 2
    assert text.startswith("Datos en var/demo; sucesos en var/demo/demo.log.")
    assert text.count(link[0]) == 2, "at the beginning and, not used, at the end"
    assert "desk invite ana --config var/demo/ventanilla.toml" in text
    posted = re.search(r"(\d+) puestos por los clientes, (\d+) en el registro", text)
    assert posted is not None
    assert posted[1] == posted[2]
    assert "Todo lo que se envió está en el registro" in text
    assert " show " in text.partition("Para seguir mirando:")[2]
    assert processes_of(folder) == set()


@pytest.mark.slow
def test_a_second_demo_beside_the_first_has_its_own_folder(folder: Path) -> None:
    process, _ = demo_at_work(cwd=folder)
    elsewhere = folder / "tmp"
    elsewhere.mkdir()
    beside = run_demo_to_its_first_message(cwd=folder, TMPDIR=str(elsewhere))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert (process.returncode, beside.returncode) == (0, 0), beside.stdout
    assert f"Data in {elsewhere.relative_to(folder)}/ventanilla-demo-" in beside.stdout
    assert processes_of(folder) == set()


def test_on_a_terminal_the_screen_is_alive_shows_a_broken_child_and_gives_the_terminal_back(folder: Path) -> None:
    with OnTerminal(COMMAND, columns=80, rows=24, cwd=folder, env=environment()) as terminal:
        terminal.watch(lambda: terminal.text.count("→") >= 2, seconds=90, what="the second message")
        assert terminal.lines[0].startswith(" Ventanilla · Ferretería Sol, demo town")
        assert "3 channels up to date" in terminal.lines[0]
        assert terminal.lines[1].startswith("Coming in ───")
        assert any(line.startswith("● Ana ") for line in terminal.lines)
        assert DESK.search(terminal.text) is not None
        assert " show " in terminal.text.splitlines()[-2] + terminal.text.splitlines()[-1]
        assert "Traceback" not in terminal.text

        route = next(child for child in read_status(folder / "var" / "demo") if child.name == "route")
        assert route.pid is not None
        os.kill(route.pid, signal.SIGKILL)
        terminal.watch(lambda: "! route:" in terminal.text, seconds=30, what="the news of the broken child")

        terminal.press_ctrl_c()
        code = terminal.wait(seconds=90)

    assert code == 0, terminal.text
    assert b"\x1b[?1049h" in terminal.written
    assert terminal.written.rindex(b"\x1b[?1049l") > terminal.written.rindex(b"\x1b[?1049h")
    assert terminal.written.rindex(b"\x1b[?25h") > terminal.written.rindex(b"\x1b[?25l")
    assert "every case has exactly one owner" in " ".join(terminal.text.split())
    assert processes_of(folder) == set()


@pytest.mark.slow
def test_a_terminal_whose_window_is_closed_ends_the_demo(folder: Path) -> None:
    with OnTerminal(COMMAND, columns=120, rows=40, cwd=folder, env=environment()) as terminal:
        terminal.watch(lambda: "→" in terminal.text, seconds=240, what="the first message")

        terminal.shut()
        terminal.process.wait(timeout=240)

    assert processes_of(folder) == set()


@pytest.mark.slow
def test_a_demo_that_is_killed_leaves_no_process_behind_and_the_next_starts_from_nothing_with_commands_that_work(
    folder: Path,
) -> None:
    process, _ = demo_at_work(cwd=folder)
    family = processes_of(folder)
    assert len(family) >= 8, command_lines(family)

    process.kill()
    process.communicate(timeout=10)

    wait_until(lambda: not processes_of(folder), seconds=30, what=f"the end of {command_lines(family)}")
    (folder / "var" / "demo" / "left over").write_text("of the day before")
    again = run_demo_to_its_first_message(cwd=folder)
    assert again.returncode == 0, again.stdout
    assert "Data in var/demo;" in again.stdout
    posted = re.search(r"(\d+) put in by customers, (\d+) in the ledger", again.stdout)
    assert posted is not None
    assert posted[1] == posted[2]
    assert len(LINE.findall(again.stdout)) == int(posted[1])
    assert not (folder / "var" / "demo" / "left over").exists()
    shown = [line.split() for line in again.stdout.splitlines() if " --config " in line]
    assert len(shown) >= 4
    shown = [words[words.index("show") :] for words in shown if "show" in words]
    words = shown[0]
    looked = subprocess.run(
        [*COMMAND[:-1], *words], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    assert looked.returncode == 0, looked.stderr
    assert words[1] in looked.stdout


@pytest.mark.parametrize(
    ("arguments", "words"), [(("--for", "soon"), "--for: expected"), (("--language", "fr"), "expected es or en")]
)
def test_a_wrong_option_says_what_is_allowed_and_starts_nothing(
    arguments: tuple[str, ...], words: str, folder: Path
) -> None:
    done = run_demo(*arguments, cwd=folder)

    assert done.returncode == 2
    assert words in done.stderr
    assert not (folder / "var").exists()
