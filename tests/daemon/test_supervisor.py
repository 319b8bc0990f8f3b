"""The process tree: started in order, kept running, ended in order, and gone when its parent is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from daemon.status import read_status
from tests.daemon.processes_of_ours import program, runs
from tests.servers.needs import lacking, need_program
from tests.servers.ports import wait_until

# A child that says in a file what it lives through: it polls its flags so that signals are handled at once.
TALKER = r'''
TALKER = """
import sys, time
from daemon.inside import stop_on_signals
def say(word):
    with open(sys.argv[1], "a") as book: book.write(sys.argv[2] + " " + word + "\\n")
reloads = []
time.sleep(float(sys.argv[3]) if len(sys.argv) > 3 else 0)
stop = stop_on_signals(on_reload=lambda: reloads.append(1))
say("up")
while not stop.wait(0.02):
    while reloads: reloads.pop(); say("reload")
say("down")
"""
book = data_dir / "book"
def talker(name, *more, **extra):
    return Child(name=name, argv=(PY, "-c", TALKER, str(book), name, *more), **extra)
'''


def said(data_dir: Path) -> list[str]:
    book = data_dir / "book"
    return book.read_text().splitlines() if book.exists() else []


def states(data_dir: Path) -> dict[str, str]:
    return {child.name: child.state for child in read_status(data_dir)}


def pids(data_dir: Path) -> dict[str, int | None]:
    return {child.name: child.pid for child in read_status(data_dir)}


def all_running(data_dir: Path, count: int) -> bool:
    return list(states(data_dir).values()) == ["running"] * count


def test_children_start_in_order_and_end_by_stages_with_exit_code_0(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
first_is_up = lambda: book.exists() and "queue up" in book.read_text()
sys.exit(Supervisor([talker("queue", "0.3", ready=first_is_up, stage=2), talker("puller", stage=0), talker("worker", stage=1)],
    data_dir=data_dir).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: len(said(tmp_path)) == 3, what="three children")

        parent.send_signal(signal.SIGTERM)
        code = parent.wait(timeout=10)

    assert code == 0
    assert said(tmp_path)[0] == "queue up"
    assert said(tmp_path)[3:] == ["puller down", "worker down", "queue down"]
    assert set(states(tmp_path).values()) == {"stopped"}


def test_a_killed_child_is_started_again_and_the_others_are_left_alone(tmp_path: Path) -> None:
    source = TALKER + 'sys.exit(Supervisor([talker("a"), talker("b")], data_dir=data_dir).run())'
    with program(source, tmp_path) as parent:
        wait_until(lambda: len(said(tmp_path)) == 2, what="both children")
        before = pids(tmp_path)
        assert before["a"] is not None

        os.kill(before["a"], signal.SIGKILL)
        began = time.monotonic()
        wait_until(lambda: said(tmp_path).count("a up") == 2, what="a second a")

        assert time.monotonic() - began < 20  # the longest pause is 30
        wait_until(lambda: all_running(tmp_path, 2), what="both running")
        again = {child.name: child for child in read_status(tmp_path)}
        assert again["a"].restarts == 1
        assert again["a"].last_exit == -signal.SIGKILL
        assert again["a"].pid != before["a"]
        assert again["b"].pid == before["b"]
        parent.terminate()
        parent.wait(timeout=10)


@pytest.mark.fault(4)
def test_no_child_outlives_a_killed_parent(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
queue = EmbeddedQueue.under(data_dir)
queue.prepare()
deaf = Child(name="deaf", argv=(PY, "-c", "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"))
sys.exit(Supervisor([Child(name="queue", argv=queue.argv, ready=queue.is_ready), talker("a"), deaf], data_dir=data_dir).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: all_running(tmp_path, 3), what="all three")
        children = [pid for pid in pids(tmp_path).values() if pid is not None]

        parent.send_signal(signal.SIGKILL)

        wait_until(lambda: not any(runs(pid) for pid in children), seconds=20, what="the end of all children")


@pytest.mark.fault(4)
def test_a_queue_server_that_cannot_read_its_files_starts_without_them(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
queue = EmbeddedQueue.under(data_dir)
queue.prepare()
kept = queue.folder / "appendonlydir"
kept.mkdir()
(kept / "appendonly.aof.manifest").write_text("broken by power loss")
child = Child(name="queue", argv=queue.argv, ready=queue.is_ready, after_exit=queue.after_exit)
sys.exit(Supervisor([child, talker("a")], data_dir=data_dir).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: all_running(tmp_path, 2), what="the queue server")

        assert read_status(tmp_path)[0].restarts == 1
        parent.terminate()
        _, told = parent.communicate(timeout=10)
    assert "queue_files_set_aside" in told


def test_a_child_that_keeps_ending_is_told_of_loudly_and_the_others_go_on(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
import daemon.child
daemon.child.FIRST_PAUSE = 0.01
sys.exit(Supervisor([Child(name="broken", argv=(PY, "-c", "raise SystemExit(7)")), Child(name="missing", argv=("/no/such",)),
    talker("a")], data_dir=data_dir).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: states(tmp_path).get("broken") == "crash_loop", what="a crash loop")
        wait_until(lambda: "a up" in said(tmp_path), what="the healthy child")

        by_name = {child.name: child for child in read_status(tmp_path)}
        assert by_name["broken"].last_exit == 7
        assert by_name["a"].state == "running"
        wait_until(
            lambda: {c.name: c for c in read_status(tmp_path)}["missing"].last_exit == 127, what="the missing one"
        )
        parent.terminate()
        _, told = parent.communicate(timeout=10)

    assert "child_keeps_ending" in told
    assert "/no/such: No such file" in told


def test_sighup_reloads_and_reaches_every_child_even_one_that_is_still_importing(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
def reload():
    with open(book, "a") as it: it.write("parent reload\\n")
sys.exit(Supervisor([talker("a"), talker("slow", "1.0")], data_dir=data_dir, on_reload=reload).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: "a up" in said(tmp_path) and all_running(tmp_path, 2), what="both children")
        assert "slow up" not in said(tmp_path)

        parent.send_signal(signal.SIGHUP)
        wait_until(lambda: "slow reload" in said(tmp_path), what="the slow child's reload")

        assert {"parent reload", "a reload"} <= set(said(tmp_path))
        assert sum(child.restarts for child in read_status(tmp_path)) == 0
        parent.terminate()
        assert parent.wait(timeout=10) == 0


def test_a_reload_may_add_remove_and_change_children_and_leaves_the_others_alone(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
def reload(): return [talker("same"), talker("changed", "0.1"), talker("new")]
sys.exit(Supervisor([talker("same"), talker("changed"), talker("gone")], data_dir=data_dir, on_reload=reload).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: len(said(tmp_path)) == 3, what="three children")
        before = pids(tmp_path)

        parent.send_signal(signal.SIGHUP)
        wait_until(lambda: set(pids(tmp_path)) == {"same", "changed", "new"}, what="the new roster")
        wait_until(lambda: said(tmp_path).count("changed up") == 2 and "new up" in said(tmp_path), what="who is new")
        wait_until(lambda: all_running(tmp_path, 3), what="three running")

        assert pids(tmp_path)["same"] == before["same"]
        assert pids(tmp_path)["changed"] != before["changed"]
        assert said(tmp_path).index("changed down") < len(said(tmp_path)) - said(tmp_path)[::-1].index("changed up") - 1
        assert "gone down" in said(tmp_path)
        assert "same down" not in said(tmp_path)
        parent.terminate()
        assert parent.wait(timeout=10) == 0


def test_a_refused_reload_reaches_no_child(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
from ventanilla.errors import BadInput
def reload(): raise BadInput("ventanilla.toml: no")
sys.exit(Supervisor([talker("a")], data_dir=data_dir, on_reload=reload).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: "a up" in said(tmp_path), what="the child")

        parent.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        parent.terminate()
        _, told = parent.communicate(timeout=10)

    assert parent.returncode == 0
    assert "ventanilla.toml: no" in told
    assert said(tmp_path) == ["a up", "a down"]


def test_it_ends_by_itself_after_its_duration(tmp_path: Path) -> None:
    source = TALKER + 'sys.exit(Supervisor([talker("a")], data_dir=data_dir).run(duration=1.0))'
    began = time.monotonic()
    with program(source, tmp_path) as parent:
        assert parent.wait(timeout=30) == 0

    assert 1.0 <= time.monotonic() - began < 20
    assert said(tmp_path) == ["a up", "a down"]


def test_a_child_that_does_not_end_is_killed_when_the_time_to_drain_is_over(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
deaf = Child(name="deaf", argv=(PY, "-c", "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"))
sys.exit(Supervisor([deaf], data_dir=data_dir, drain=0.5).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: all_running(tmp_path, 1), what="the child")
        time.sleep(0.3)
        pid = pids(tmp_path)["deaf"]
        assert pid is not None

        parent.terminate()

        assert parent.wait(timeout=30) == 0
        assert not runs(pid)
    assert read_status(tmp_path)[0].last_exit == -signal.SIGKILL


def test_a_second_signal_ends_the_patience(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
deaf = Child(name="deaf", argv=(PY, "-c", "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"))
sys.exit(Supervisor([deaf], data_dir=data_dir, drain=60).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: all_running(tmp_path, 1), what="the child")
        time.sleep(0.3)
        parent.send_signal(signal.SIGINT)
        time.sleep(0.3)
        parent.send_signal(signal.SIGINT)

        assert parent.wait(timeout=30) == 0


def test_a_child_that_hangs_is_killed_and_started_again(tmp_path: Path) -> None:
    source = (
        TALKER
        + r'''
HANGS = """
import re, sys, time
from daemon.inside import beat
for _ in range(3): beat(); time.sleep(0.1)
re.match("(a+)+$", "a" * 40 + "b")  # holds the interpreter lock for years: no thread of its own could notice
"""
sys.exit(Supervisor([Child(name="hangs", argv=(PY, "-c", HANGS), hung_after=1.0)], data_dir=data_dir).run())
'''
    )
    with program(source, tmp_path) as parent:
        wait_until(
            lambda: any(child.restarts for child in read_status(tmp_path)),
            seconds=10,
            what="the restart of a hung child",
        )

        assert read_status(tmp_path)[0].last_exit == -signal.SIGKILL
        parent.terminate()
        assert parent.wait(timeout=10) == 0


def test_what_a_child_started_goes_with_it(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
GRAND = "import subprocess, sys; p = subprocess.Popen(['sleep', '99']); open(sys.argv[1], 'w').write(str(p.pid)); sys.exit(3)"
sys.exit(Supervisor([Child(name="mother", argv=(PY, "-c", GRAND, str(data_dir / "grand")))], data_dir=data_dir).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(lambda: read_status(tmp_path) and read_status(tmp_path)[0].last_exit == 3, what="the mother's end")
        grandchild = int((tmp_path / "grand").read_text())

        wait_until(lambda: not runs(grandchild), seconds=20, what="the grandchild's end")
        parent.terminate()
        parent.wait(timeout=10)


def test_a_child_may_finish_its_work_or_ask_to_be_started_afresh(tmp_path: Path) -> None:
    source = (
        TALKER
        + """
FRESH = "import time; time.sleep(1.2); raise SystemExit(75)"
sys.exit(Supervisor([Child(name="once", argv=(PY, "-c", "pass"), once=True), Child(name="fresh", argv=(PY, "-c", FRESH))],
    data_dir=data_dir).run())
"""
    )
    with program(source, tmp_path) as parent:
        wait_until(
            lambda: any(c.name == "fresh" and c.restarts == 2 for c in read_status(tmp_path)), what="two fresh starts"
        )

        assert states(tmp_path)["once"] == "finished"
        parent.terminate()
        _, told = parent.communicate(timeout=10)
    assert '"starts_again_in": 0.0' in told


def test_systemd_hears_when_all_is_ready_that_it_lives_and_when_it_stops(tmp_path: Path) -> None:
    import socket

    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(5)
        setup = f"""
os.environ.update(NOTIFY_SOCKET={str(address)!r}, WATCHDOG_USEC="400000")
SPY = "import os, sys; sys.exit(9 if 'NOTIFY_SOCKET' in os.environ else 0)"
"""
        source = (
            TALKER
            + setup
            + """
sys.exit(Supervisor([talker("a"), Child(name="spy", argv=(PY, "-c", SPY), once=True)], data_dir=data_dir).run())
"""
        )
        heard: list[str] = []
        with program(source, tmp_path) as parent:
            while heard.count("WATCHDOG=1") < 2 or "READY=1" not in heard:
                heard.append(systemd.recv(200).decode())
            parent.send_signal(signal.SIGHUP)
            while not heard[-1].startswith("RELOADING=1\nMONOTONIC_USEC="):
                heard.append(systemd.recv(200).decode())
            while heard[-1] != "READY=1":
                heard.append(systemd.recv(200).decode())
            parent.terminate()
            while heard[-1] != "STOPPING=1":
                heard.append(systemd.recv(200).decode())
            parent.wait(timeout=10)

    assert states(tmp_path)["spy"] == "finished"


def test_the_status_file_is_plain_json(tmp_path: Path) -> None:
    source = TALKER + 'sys.exit(Supervisor([talker("a")], data_dir=data_dir).run())'
    with program(source, tmp_path) as parent:
        wait_until(lambda: all_running(tmp_path, 1), what="the child")

        told: dict[str, Any] = json.loads((tmp_path / "run" / "children.json").read_text())

        assert told["supervisor"] == parent.pid
        assert told["children"][0]["name"] == "a"
        assert read_status(tmp_path)[0].since.utcoffset() is not None
        parent.terminate()
        parent.wait(timeout=10)


def test_as_the_first_process_of_a_container_it_reaps_orphans(tmp_path: Path) -> None:
    """unshare gives us a process tree in which the supervisor is pid 1."""
    unshare = need_program("unshare", package="util-linux")
    own_tree = [unshare, "--pid", "--fork", "--mount-proc"]
    as_nobody = [*own_tree, "--user", "--map-root-user"]
    tried = {
        tuple(each): subprocess.run([*each, "true"], check=False, capture_output=True) for each in (own_tree, as_nobody)
    }
    allowed = [each for each, done in tried.items() if done.returncode == 0]
    if not allowed:
        lacking("this machine lets nobody make a process tree of its own")
    orphan_maker = (
        "import subprocess,sys; subprocess.Popen(['sleep','0.2'], start_new_session=True); import time; time.sleep(0.1)"
    )
    source = f"""
import sys, os, time, threading
from pathlib import Path
from daemon.child import Child
from daemon.supervisor import Supervisor
data_dir = Path(sys.argv[1])
assert os.getpid() == 1
def zombies():
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try: state = open(f"/proc/{{entry}}/stat").read().rpartition(")")[2].split()[0]
            except OSError: continue
            if state == "Z": found.append(entry)
    return found
maker = Child(name="maker", argv=(sys.executable, "-c", {orphan_maker!r}), once=True)
stays = Child(name="stays", argv=("sleep", "60"))
code = Supervisor([maker, stays], data_dir=data_dir, drain=2).run(duration=2.5)
print("zombies", len(zombies()), "code", code)
"""
    import sys

    done = subprocess.run(
        [*allowed[0], sys.executable, "-c", source, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "zombies 0 code 0" in done.stdout, done.stderr
