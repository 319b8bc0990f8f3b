"""Parts that are copies of their parent: as separate, and as mortal, as those that are programs of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.daemon.processes_of_ours import program, runs
from tests.servers.ports import wait_until

LOOK = r'''
import json
def look():
    """What a copy finds: written down for the test, then it stays."""
    told = {
        "pid": os.getpid(),
        "group": os.getpgid(0),
        "parent": os.getppid(),
        "input": sys.stdin.buffer.raw.readinto(bytearray(1)),
        "env": dict(os.environ),
        "files": [int(name) for name in os.listdir("/proc/self/fd")],
        "lock": os.path.exists(f"/proc/self/fd/{held.fileno()}"),
        "hup_blocked": signal.SIGHUP in signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "term": signal.getsignal(signal.SIGTERM) is signal.SIG_DFL,
    }
    (data_dir / "told.part").write_text(json.dumps(told))
    (data_dir / "told.part").rename(data_dir / "told")
    time.sleep(60)
    return 0
held = (data_dir / "held").open("w")
'''


def told_by(folder: Path) -> dict[str, Any]:
    wait_until(lambda: (folder / "told").exists(), seconds=20, what="the copy's account")
    found: dict[str, Any] = json.loads((folder / "told").read_text())
    return found


def test_a_copy_has_nothing_of_its_parents_and_dies_with_it(tmp_path: Path) -> None:
    source = (
        LOOK
        + """
from daemon.fork import fork
from daemon.signals import Signals
with Signals():
    process = fork(look, name="v-look", env={"ONLY": "this"})
    time.sleep(60)
"""
    )
    with program(source, tmp_path) as parent:
        told = told_by(tmp_path)
        name = Path(f"/proc/{told['pid']}/comm").read_text()
        parent.kill()
        wait_until(lambda: not runs(told["pid"]), seconds=20, what="the copy's end")

    assert told["group"] == told["pid"] != parent.pid
    assert told["parent"] == parent.pid
    assert told["input"] == 0
    assert told["env"] == {"ONLY": "this"}
    assert [number for number in told["files"] if number > 3] == []  # 3 is the folder being listed
    assert not told["lock"]
    assert told["hup_blocked"]
    assert told["term"]
    assert name == "v-look\n"


def test_a_copys_exit_code_is_what_it_returns_or_how_it_was_ended(tmp_path: Path) -> None:
    done = ended_program(
        tmp_path,
        """
import json
from daemon.fork import fork
from daemon.spawn import ended
def raises(): raise ValueError("odd")
def waits(): time.sleep(60)
def killed(process): process.send_signal(signal.SIGKILL); return process.wait()
codes = [fork(call, name="v", env={}).wait() for call in (lambda: 75, lambda: sys.exit(3), lambda: sys.exit("no"), raises)]
codes.append(killed(fork(waits, name="v", env={})))
process = fork(waits, name="v", env={})
codes.append(ended(process))
process.send_signal(signal.SIGTERM)
while ended(process) is None: time.sleep(0.01)
print(json.dumps([*codes, process.returncode]))
""",
    )

    assert json.loads(done.stdout) == [75, 3, 1, 1, -signal.SIGKILL, None, -signal.SIGTERM]
    assert "ValueError: odd" in done.stderr


def test_a_process_with_threads_is_not_copied(tmp_path: Path) -> None:
    done = ended_program(
        tmp_path,
        """
import json, threading
from daemon.fork import can_fork
alone, held = can_fork(), threading.Event()
other = threading.Thread(target=held.wait)
other.start()
beside = can_fork()
held.set()
other.join()
print(json.dumps([alone, beside, can_fork()]))
""",
    )

    assert json.loads(done.stdout) == [True, False, True]


def test_the_supervisor_runs_a_copy_where_it_can_and_starts_it_again(tmp_path: Path) -> None:
    book = tmp_path / "book"
    source = """
def part():
    with (data_dir / "book").open("a") as book: book.write(f"{os.getpid()}\\n")
    time.sleep(60)
    return 0
sys.exit(Supervisor([Child(name="part", argv=("false",), call=part)], data_dir=data_dir).run())
"""
    with program(source, tmp_path) as parent:
        wait_until(lambda: len(lines(book)) == 1, seconds=20, what="the first")
        os.kill(int(lines(book)[0]), signal.SIGKILL)
        wait_until(lambda: len(lines(book)) == 2, seconds=20, what="the second")
        parent.send_signal(signal.SIGTERM)

        assert parent.wait(timeout=20) == 0
    assert not runs(int(lines(book)[1]))


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def ended_program(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    """A program that ends by itself, and what it said."""
    with program(source, folder) as process:
        said, complained = process.communicate(timeout=60)
    assert process.returncode == 0, complained
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)
