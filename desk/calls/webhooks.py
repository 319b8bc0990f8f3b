"""What a provider's call becomes: committed to the ledger, put on the queue, and only then answered. Knows no web server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from desk.calls.refusals import Refusals
from ventanilla.channel import Hook, HookAnswer, HookRequest
from ventanilla.errors import Temporary
from ventanilla.store.deliveries import Failed, note_reports
from ventanilla.store.engine import Store
from ventanilla.store.inbox import insert_items

log = structlog.get_logger(__name__)

COME_AGAIN = 5
"""Seconds after which a provider may call again when the store is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back to whoever called. `retry_after` is in seconds."""

    status: int
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    retry_after: int | None = None


AWAY = Reply(status=503, body=b"try again later\n", retry_after=COME_AGAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Every address on which a provider may call us. `hooks` are by channel and path; used by several threads at once.

    `enqueue` may fail: the sweeper brings what it lost. `failed` says what to do about a letter that did not arrive.
    """

    store: Store
    hooks: Mapping[tuple[str, str], Hook]
    enqueue: Callable[[Sequence[int]], object]
    clock: Callable[[], datetime]
    failed: Failed | None = None
    refusals: Refusals = field(default_factory=Refusals)

    def find(self, channel: str, path: str) -> Hook | None:
        """The hook at /webhooks/CHANNEL/PATH; None where there is none. Asks no store."""
        return self.hooks.get((channel, path))

    def take(self, channel: str, hook: Hook, request: HookRequest) -> Reply:
        """Let the hook judge a call, store what it says to store, and return the answer. A call that comes again is answered
        alike and changes nothing. Never raises."""
        try:
            answer = hook.receive(request, now=self.clock())
            if answer.refused:
                self.refusals.note(channel, answer.refused, path=hook.path)
            else:
                self._store(channel, answer)
        except Temporary as error:
            log.warning("webhook_not_stored", channel=channel, path=hook.path, problem=str(error))
            return AWAY
        except OSError as error:  # the blobs: a full disk
            log.error("webhook_not_stored", channel=channel, path=hook.path, problem=error.strerror)  # noqa: TRY400
            return AWAY
        except Exception:
            log.exception("webhook_failed", channel=channel, path=hook.path)
            return Reply(status=500, body=b"it went wrong here\n")
        return Reply(status=answer.status, content_type=answer.content_type, body=answer.body)

    def _store(self, channel: str, answer: HookAnswer) -> None:
        if answer.items:
            new = insert_items(self.store, channel, answer.source, answer.items, now=self.clock())
            self._enqueue(channel, new)
        if answer.reports:
            note_reports(self.store, channel, answer.reports, now=self.clock(), failed=self.failed)

    def _enqueue(self, channel: str, ids: Sequence[int]) -> None:
        if not ids:
            return
        try:
            self.enqueue(ids)
        except Temporary as error:
            log.warning("not_enqueued", channel=channel, items=len(ids), problem=str(error))
