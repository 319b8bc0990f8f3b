"""Tells one endpoint what happened, signed; says whether it took it, when to try again, and when never."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa

from config.webhooks import WebhookSettings
from connectors.webhook_out.bodies import Call, call_of
from connectors.webhook_out.calling import Answer, post
from ventanilla.channel import Outgoing, Sent
from ventanilla.errors import LoginRefused, Permanent, Temporary, TooSoon
from ventanilla.house_time import house_now, house_seconds
from ventanilla.standard_webhooks import read_key, signature
from ventanilla.store.engine import Store
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState

SOONEST, LATEST = 5.0, 3600.0
"""Seconds between two attempts: as long as it has been failing already, within these. 40 attempts last for more than a day."""
AFTER = 1.0
"""Seconds that what waits comes behind it."""
LOOK_AGAIN = 60.0
"""Seconds after which what waits behind a failing one is looked at again: a person may have changed something."""
_WAITING = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
_GONE = 410
_LATER = (408, 425, 429)


class WebhookSender:
    """One endpoint. A repeat carries the same `webhook-id`. Used by one thread.

    While it is out of reach nothing but the oldest is tried: what comes behind is told `TooSoon` until that one's time has come.
    """

    def __init__(
        self,
        store: Store,
        settings: WebhookSettings,
        *,
        instance: str,
        public_url: str,
        clock: Callable[[], datetime] = house_now,
    ) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._instance, self._public_url = instance, public_url
        self._failing: tuple[int, datetime] | None = None  # what is tried next, and when

    def send(self, outgoing: Outgoing) -> Sent:
        """Raises Temporary (not taken), TooSoon (not tried), Permanent (it wants no more)."""
        now = self._clock()
        self._wait_behind(outgoing, now)
        with self._store.read() as connection:
            call = call_of(
                connection,
                outgoing.id,
                instance=self._instance,
                public_url=self._public_url,
                content=self._settings.content,
                now=now,
            )
        try:
            answer = self._post(call)
        except Temporary as error:
            raise self._later(outgoing, str(error), holds_up=True) from None
        return self._judge(outgoing, call, answer)

    def find(self, outgoing: Outgoing) -> Sent | None:
        """Cannot be looked up: whoever got it twice knows by its id."""
        return None

    def close(self) -> None:
        """Nothing to let go of: each call has a connection of its own."""

    def _wait_behind(self, outgoing: Outgoing, now: datetime) -> None:
        """Raise TooSoon while another is failing and waits for its time. A trial call waits behind nothing."""
        if self._failing is None or self._failing[0] == outgoing.id or not outgoing.recipient:
            return
        if self._still_waits(self._failing[0]):
            left = (self._failing[1] - now).total_seconds()
            wait = min(max(left, 0.0) + AFTER, LOOK_AGAIN)
            raise TooSoon("waits behind what failed", retry_after=wait, is_whole=True)
        self._failing = None

    def _still_waits(self, row_id: int) -> bool:
        with self._store.read() as connection:
            return connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row_id)) in _WAITING

    def _post(self, call: Call) -> Answer:
        body = json.dumps(call.body, ensure_ascii=False, separators=(",", ":")).encode()
        timestamp = int(
            house_seconds()
        )  # of this call, whatever this machine thinks: receivers refuse what is minutes off
        headers = {
            "content-type": "application/json",
            "user-agent": "Ventanilla",
            "webhook-id": call.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._keys(), message_id=call.id, timestamp=timestamp, body=body),
        }
        return post(self._settings.url, body, headers)

    def _keys(self) -> list[bytes]:
        keys = []
        for secret in self._settings.secret:
            key = read_key(secret.reveal())
            if key is None:
                raise LoginRefused("its secret is no whsec_… secret", cure="put one there; nothing needs a restart")
            keys.append(key)
        return keys

    def _judge(self, outgoing: Outgoing, call: Call, answer: Answer) -> Sent:
        status = answer.status
        if 200 <= status < 300:
            self._failing = None
            return Sent(external_id=call.id)
        if status == _GONE:
            raise Permanent("410: it wants no more", cure="take it out of the file, or resume it")
        raise self._later(
            outgoing,
            f"it answered {status}",
            holds_up=status >= 500 or status in _LATER,
            asked=answer.retry_after,
        )

    def _later(self, outgoing: Outgoing, why: str, *, holds_up: bool, asked: float | None = None) -> Temporary:
        now = self._clock()
        failing_for = (now - (outgoing.tried_at or now)).total_seconds()
        wait = min(max(failing_for, asked or 0.0, SOONEST), LATEST)
        if holds_up:
            self._failing = (outgoing.id, datetime.fromtimestamp(now.timestamp() + wait, UTC))
        elif self._failing is not None and self._failing[0] == outgoing.id:
            self._failing = None
        return Temporary(why, retry_after=wait)
