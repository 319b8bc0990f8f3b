"""The loop that gets a channel's files from its provider and keeps them as attachments. Knows no vendor."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from connectors.insisting import Outcome, insist
from ventanilla.channel import Attachment, Fetcher
from ventanilla.errors import LoginRefused, Permanent, Temporary
from ventanilla.processes import this_process
from ventanilla.store.blobs import put_blob
from ventanilla.store.channels import TellTrouble, note_trouble, note_well
from ventanilla.store.engine import Store
from ventanilla.store.files import claim_file, due_files, fail_file, finish_file, free_claims_of_the_dead, put_off_file

log = structlog.get_logger(__name__)

FETCHING = "files"
"""The part of a channel that fetches files, beside its sources and its sending."""
MOST_TRIES = 8
LARGEST = 100 * 1024 * 1024
"""No file above so many bytes is kept, whatever its provider hands out."""
BUSY, IDLE = 0.5, 2.0
RECOVER = timedelta(seconds=5)
REFUSED_WAIT = timedelta(minutes=5)
FIRST_WAIT, LAST_WAIT = timedelta(seconds=5), timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class FileGetter:
    """Gets one channel's files until told to stop. Several may run at once: each file is claimed by one of them.

    `make` is called once there is a file to get, so that a channel without any loads nothing.
    """

    channel: str
    store: Store
    make: Callable[[], Fetcher | None]
    tell_trouble: TellTrouble
    clock: Callable[[], datetime]
    stop: threading.Event = field(default_factory=threading.Event)
    _fetcher: Fetcher | None = None
    _recover_at: datetime | None = None
    _refused_until: datetime | None = None
    _troubled: bool = True  # perhaps, by a process before this one

    def run(self) -> None:
        """Until `stop`: one look after another, soon again while there is something. Never raises."""
        while not self.stop.is_set():
            pause = IDLE
            try:
                self._recover()
                pause = BUSY if self.get_due() else IDLE
            except Temporary as error:
                log.warning("files_not_looked_at", channel=self.channel, problem=str(error))
            except Exception:
                log.exception("fetching_failed", channel=self.channel)
            self.stop.wait(pause)
        if self._fetcher is not None:
            self._fetcher.close()

    def get_due(self) -> int:
        """Try every file that is due now; return how many were tried. Raises Temporary while the store is away.

        While the provider refuses our login nothing is tried: no file is worse for it.
        """
        if self._refused_until is not None and self.clock() < self._refused_until:
            return 0
        self._refused_until = None
        tried = 0
        for due in due_files(self.store, self.channel, now=self.clock()):
            if self.stop.is_set() or self._refused_until is not None:
                break
            row = claim_file(self.store, due.id, by=this_process(), now=self.clock())
            if row is not None:
                self._get(row)
                tried += 1
        return tried

    def _recover(self) -> None:
        now = self.clock()
        if self._recover_at is None or now >= self._recover_at:
            self._recover_at = now + RECOVER
            free_claims_of_the_dead(self.store, self.channel, now=now)

    def _get(self, row: sa.Row[Any]) -> None:
        try:
            self._keep(row, self._fetched(row))
        except LoginRefused as error:
            self._note_refused_login(row, error)
        except Permanent as error:
            self._give_up(row, str(error))
        except Temporary as error:
            self._again_later(row, str(error), asked=error.retry_after)
        except OSError as error:
            self._again_later(row, f"it cannot be kept: {error.strerror or type(error).__name__}")
        except Exception as error:
            log.exception("fetcher_failed", channel=self.channel, file_id=row.id)
            self._again_later(row, f"{type(error).__name__} (see the log)")

    def _fetched(self, row: sa.Row[Any]) -> Attachment:
        if self._fetcher is None:
            self._fetcher = self.make()
        if self._fetcher is None:
            raise Permanent("this channel does not get files from its provider")
        return self._fetcher.fetch(row.ref)

    def _keep(self, row: sa.Row[Any], file: Attachment) -> None:
        if file.size > LARGEST:
            raise Permanent(f"{file.size:,} bytes; no file above {LARGEST:,} is kept")
        digest = put_blob(self.store.blobs, file.content)  # before the row that names it
        self._insist(
            lambda: finish_file(
                self.store,
                row,
                sha256=digest,
                size=file.size,
                filename=file.filename,
                content_type=file.content_type,
                now=self.clock(),
            )
        )
        log.info("file_fetched", channel=self.channel, file_id=row.id, bytes=file.size)
        self._note_well()

    def _again_later(self, row: sa.Row[Any], reason: str, *, asked: float | None = None) -> None:
        if row.attempts >= MOST_TRIES:
            self._give_up(row, f"not got in {row.attempts} attempts: {reason}")
            return
        wait = wait_after(row.attempts) if asked is None else timedelta(seconds=asked)
        not_before = self.clock() + wait
        self._insist(lambda: put_off_file(self.store, row, reason=reason, not_before=not_before))
        log.warning("file_put_off", channel=self.channel, file_id=row.id, attempt=row.attempts, problem=reason)

    def _give_up(self, row: sa.Row[Any], reason: str) -> None:
        self._insist(lambda: fail_file(self.store, row, reason=reason, now=self.clock()))
        log.warning("file_given_up", channel=self.channel, file_id=row.id, problem=reason)

    def _note_refused_login(self, row: sa.Row[Any], error: LoginRefused) -> None:
        """The channel pauses and a person is told once; the file is no worse for it and is tried again later."""
        self._troubled = True
        now = self.clock()
        self._refused_until = retry_at = now + REFUSED_WAIT
        self._insist(lambda: put_off_file(self.store, row, reason=str(error), not_before=retry_at, uncount=True))
        self._insist(lambda: self._pause(error, retry_at, now))

    def _pause(self, error: LoginRefused, retry_at: datetime, now: datetime) -> None:
        with self.store.write() as connection:
            note_trouble(
                connection,
                self.channel,
                FETCHING,
                problem=f"files: {error}",
                cure=error.cure,
                pause=True,
                retry_at=retry_at,
                now=now,
                tell=self.tell_trouble,
            )

    def _note_well(self) -> None:
        if self._troubled:
            with self.store.write() as connection:
                note_well(connection, self.channel, FETCHING, now=self.clock())
            self._troubled = False

    def _insist(self, write: Callable[[], Outcome]) -> Outcome:
        """Its bytes were paid for: told to stop while the store is away, the file is fetched once more."""
        return insist(write, self.stop)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after the nth failed attempt: 5 s, 20 s, 80 s … up to an hour; eight attempts span two and a half."""
    return min(FIRST_WAIT * int(4 ** min(attempts - 1, 10)), LAST_WAIT)
