"""Files are got from their provider beside the messages: once each, tried again, given up with a reason, whoever dies."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors import fetch
from connectors.fetch import MOST_TRIES, FileGetter, wait_after
from tests.servers.ports import wait_until
from tests.store.at_once import at_once
from tests.store.promises import lay_ground
from tests.store.rows import NOW, add_remote_file
from ventanilla.channel import Attachment
from ventanilla.errors import LoginRefused, Permanent, Temporary
from ventanilla.store.blobs import get_blob
from ventanilla.store.engine import Store
from ventanilla.store.tables import attachments, channels, events, remote_files

FILE = Attachment(filename="foto.jpg", content_type="image/jpeg", content=b"a photograph")


@dataclass
class Provider:
    """Hands out what it is told to: a file, or an error."""

    answers: list[Attachment | Exception] = field(default_factory=list)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    closed: int = 0

    def fetch(self, ref: Mapping[str, Any]) -> Attachment:
        self.asked.append(ref)
        answer = self.answers.pop(0) if self.answers else FILE
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed += 1


@dataclass
class Desk:
    """A store with one file to get, a provider, and a clock that is set by hand."""

    store: Store
    provider: Provider
    now: datetime = NOW
    told: list[tuple[str, str, str]] = field(default_factory=list)

    def getter(self, **changes: Any) -> FileGetter:
        values: dict[str, Any] = {
            "channel": "soporte",
            "store": self.store,
            "make": lambda: self.provider,
            "tell_trouble": lambda _, *said: self.told.append(said),
            "clock": lambda: self.now,
        }
        return FileGetter(**{**values, **changes})

    def file(self) -> Any:
        with self.store.read() as connection:
            return connection.execute(sa.select(remote_files).where(remote_files.c.message_id == 1)).one()

    def kept(self) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(sa.select(attachments).order_by(attachments.c.position)))

    def events(self) -> list[str]:
        with self.store.read() as connection:
            return list(connection.scalars(sa.select(events.c.kind).where(events.c.kind.like("file%"))))


@pytest.fixture
def desk(store: Store) -> Desk:
    lay_ground(store)
    with store.write() as connection:
        add_remote_file(connection, position=2)
    return Desk(store, Provider())


def test_a_file_becomes_an_attachment_whose_bytes_are_kept(desk: Desk) -> None:
    assert desk.getter().get_due() == 1

    (kept,) = desk.kept()
    assert (kept.message_id, kept.position, kept.filename, kept.size) == (1, 2, "foto.jpg", 12)
    assert get_blob(desk.store.blobs, kept.sha256) == b"a photograph"
    assert desk.provider.asked == [{"file": "1"}]
    assert desk.file().state == "fetched"
    assert desk.events() == ["file_fetched"]


def test_what_does_not_work_for_now_is_tried_again_later_and_later(desk: Desk) -> None:
    desk.provider.answers = [Temporary("timed out"), Temporary("busy", retry_after=700), OSError(28, "No space left")]
    getter = desk.getter()

    for wait in (timedelta(seconds=5), timedelta(seconds=700), timedelta(seconds=80)):
        assert getter.get_due() == 1
        assert desk.file().not_before == desk.now + wait
        assert getter.get_due() == 0
        desk.now += wait
    assert getter.get_due() == 1

    assert desk.file().state == "fetched"
    assert desk.file().attempts == 4


def test_after_eight_attempts_a_file_is_given_up_and_says_why(desk: Desk) -> None:
    desk.provider.answers = [Temporary("timed out")] * MOST_TRIES
    getter = desk.getter()

    for _ in range(MOST_TRIES + 1):
        getter.get_due()
        desk.now += timedelta(hours=1)

    assert (desk.file().state, desk.file().reason) == ("failed", "not got in 8 attempts: timed out")
    assert len(desk.provider.asked) == MOST_TRIES
    assert desk.events() == ["file_failed"]


def test_eight_attempts_span_hours_and_begin_soon() -> None:
    waits = [wait_after(attempt) for attempt in range(1, MOST_TRIES)]

    assert waits[0] == timedelta(seconds=5)
    assert timedelta(hours=2) < sum(waits, timedelta()) < timedelta(hours=3)


def test_what_the_provider_no_longer_has_is_given_up_at_once(desk: Desk) -> None:
    desk.provider.answers = [Permanent("404: deleted")]

    desk.getter().get_due()

    assert (desk.file().state, desk.file().reason) == ("failed", "404: deleted")


def test_a_file_above_the_limit_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LARGEST", 5)

    desk.getter().get_due()

    assert desk.file().state == "failed"
    assert desk.kept() == []


def test_a_fetcher_with_a_mistake_in_it_ends_nothing(desk: Desk) -> None:
    desk.provider.answers = [KeyError("oops")]

    desk.getter().get_due()

    assert (desk.file().state, desk.file().reason) == ("pending", "KeyError (see the log)")


def test_a_refused_login_pauses_the_channel_once_and_costs_the_file_no_attempt(desk: Desk) -> None:
    refused = LoginRefused("401", cure="set the token anew")
    desk.provider.answers = [refused, refused]
    getter = desk.getter()

    for _ in range(2):
        getter.get_due()
        assert getter.get_due() == 0
        desk.now += timedelta(minutes=6)
    assert _channel(desk.store).problem_part == "files"
    assert desk.file().attempts == 0
    getter.get_due()

    assert desk.told == [("soporte", "files: 401", "set the token anew")]
    assert desk.file().state == "fetched"
    assert (_channel(desk.store).paused_at, _channel(desk.store).problem) == (None, None)


def test_a_channel_that_gets_no_files_says_so_of_those_it_has(desk: Desk) -> None:
    desk.getter(make=lambda: None).get_due()

    assert desk.file().state == "failed"


def test_two_who_look_at_once_get_each_file_once(desk: Desk) -> None:
    with desk.store.write() as connection:
        for position in range(3, 8):
            add_remote_file(connection, position=position)

    at_once([desk.getter().get_due for _ in range(2)])

    assert len(desk.provider.asked) == 6
    assert [row.position for row in desk.kept()] == [2, 3, 4, 5, 6, 7]


def test_a_loop_that_is_told_to_stop_ends_and_closes(desk: Desk) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=desk.getter(stop=stop).run)
    thread.start()
    wait_until(lambda: desk.file().state == "fetched", what="the file")
    stop.set()
    thread.join(5)

    assert not thread.is_alive()
    assert desk.provider.closed == 1


KILLED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from connectors.fetch import FileGetter
from ventanilla.store.engine import open_store

class Slow:
    def fetch(self, ref):
        Path(sys.argv[3]).touch()
        time.sleep(60)
    def close(self):
        pass

getter = FileGetter(
    channel="soporte", store=open_store(sys.argv[1], Path(sys.argv[2])), make=Slow,
    tell_trouble=print, clock=lambda: datetime.now(UTC),
)
getter.get_due()
"""


@pytest.fixture
def killed(desk: Desk, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is at the provider for desk's file."""
    began = tmp_path / "began"
    url = desk.store.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", KILLED, url, str(desk.store.blobs), str(began)])
    try:
        wait_until(began.exists, what="the fetch")
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_kill_in_the_middle_costs_one_more_fetch_and_makes_one_attachment(
    desk: Desk, killed: subprocess.Popen[bytes]
) -> None:
    desk.now = desk.file().not_before - timedelta(seconds=100)
    getter = desk.getter()
    getter._recover()
    assert getter.get_due() == 0  # somebody who lives is at it

    killed.send_signal(signal.SIGKILL)
    killed.wait()
    stop = threading.Event()
    thread = threading.Thread(target=desk.getter(stop=stop).run)
    thread.start()
    wait_until(lambda: desk.file().state == "fetched", what="the second fetch")
    stop.set()
    thread.join(5)

    assert len(desk.provider.asked) == 1
    assert len(desk.kept()) == 1
    assert desk.file().attempts == 2
    assert desk.events() == ["file_fetched"]


def _channel(store: Store) -> Any:
    with store.read() as connection:
        return connection.execute(sa.select(channels)).one()
