"""Sends SMS and WhatsApp messages from one of our numbers, and looks up what may have been sent; knows nothing of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.lookup import recognise, sent_since
from connectors.twilio_phone.names import PART_OF, WHATSAPP, whatsapp
from connectors.twilio_phone.numbers import own_numbers
from connectors.twilio_phone.pieces import Piece, pieces_of
from connectors.twilio_phone.raw import text_of
from ventanilla.channel import Attachment, Outgoing, Sent
from ventanilla.errors import LoginRefused, Permanent, Temporary, Unwelcome
from ventanilla.house_time import house_seconds
from ventanilla.phones import e164

LOOKED_BACK = timedelta(hours=1)
"""How old a message may be that is taken for an ambiguous one, where nobody knows when it was tried."""
KEPT = timedelta(days=14)
"""For how long the address of a file is good, counted from the end of the day."""
_SLACK = timedelta(minutes=2)
_MOST_UNFINISHED = 1000

Share = Callable[[Attachment, datetime], str]
"""The public address of a file, good until a moment."""


class TwilioSender:
    """Puts one message at a time on its way, in several of Twilio's where it is long. Used by one thread.

    `accounts` are our sides ("+34910000000", "whatsapp:+34910000001"); where a message names none, the first that fits sends.
    `callback` is where Twilio tells what became of it; empty: nowhere. `share` gives files a public address; None: they have
    none, and are refused.
    """

    def __init__(
        self,
        api: TwilioApi,
        *,
        accounts: Sequence[str],
        templates: Mapping[str, str],
        callback: str = "",
        share: Share | None = None,
        clock: Callable[[], float] = house_seconds,
    ) -> None:
        self._api = api
        self._accounts = tuple(accounts)
        self._templates = dict(templates)
        self._callback = callback
        self._share = share
        self._clock = clock
        self._tried: dict[int, datetime] = {}
        self._gone: dict[int, tuple[str, ...]] = {}
        self._can_mms: dict[str, bool] = {}

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand it to Twilio, going on after the parts that went out already. Raises Temporary, Ambiguous (the answer was lost:
        `find` it first), both with those parts; Permanent, LoginRefused. `Sent` names the first part."""
        account, to = self._account(outgoing), _number(outgoing)
        tried = self._first_tried(outgoing)
        pieces = self._pieces(outgoing, account, tried)
        gone = list(self._parts(outgoing))
        for piece in pieces[len(gone) :]:
            try:
                answer = self._api.post(
                    "Messages.json", self._fields(piece, account, to, first=gone[0] if gone else "")
                )
            except Temporary as error:
                self._remember(outgoing.id, gone, tried)
                error.parts = tuple(gone)
                raise
            except LoginRefused as error:
                if not gone:
                    raise
                self._remember(outgoing.id, gone, tried)
                raise Temporary(str(error), cure=error.cure, parts=gone) from None
            except Permanent as error:
                raise _stopped(error, len(gone), len(pieces)) from None
            gone.append(text_of(answer, "sid"))
        self._forget(outgoing.id)
        return _sent(gone)

    def find(self, outgoing: Outgoing) -> Sent | None:
        """The same texts from and to the same numbers, sent since it was first tried and not under another of our messages' ids.
        None when something of it is not there: `send` goes on with that."""
        account, to = self._account(outgoing), _number(outgoing)
        tried = self._first_tried(outgoing, known_only=True)
        since = self._now() - LOOKED_BACK if tried is None else tried - _SLACK
        pieces = self._pieces(outgoing, account, tried or self._now())
        gone = list(self._parts(outgoing))
        sender, recipient = account, whatsapp(to) if account.startswith(WHATSAPP) else to
        params = {"To": recipient, "From": sender, "PageSize": "100"}
        params |= {"DateSent>": (since - timedelta(days=1)).date().isoformat()}
        pages = self._api.pages("Messages.json", "messages", params)
        listed = sent_since((each for page in pages for each in page), sender=sender, to=recipient, since=since)
        gone += recognise(listed, pieces[len(gone) :], {*outgoing.taken, *gone})
        if len(gone) < len(pieces):
            self._remember(outgoing.id, gone, tried)
            return None
        self._forget(outgoing.id)
        return _sent(gone)

    def close(self) -> None:
        """Let go of the connection. Never raises."""
        self._api.close()

    def _pieces(self, outgoing: Outgoing, account: str, tried: datetime) -> list[Piece]:
        """What it becomes; the same at each attempt, so that it can be recognised."""
        until = tried.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) + KEPT
        share = self._share
        asks = bool(outgoing.attachments) and share is not None and not account.startswith(WHATSAPP)
        return pieces_of(
            outgoing,
            account,
            templates=self._templates,
            link=None if share is None else lambda file: share(file, until),
            takes_files=not asks or self._takes_files(account),
        )

    def _takes_files(self, number: str) -> bool:
        """Whether a number of ours can send MMS; a server without a list of numbers is believed to know better than we."""
        if number not in self._can_mms:
            try:
                found = list(own_numbers(self._api, number))
            except LoginRefused:
                raise
            except Permanent:
                found = []
            self._can_mms[number] = not found or "mms" in found[0].can
        return self._can_mms[number]

    def _fields(self, piece: Piece, account: str, to: str, *, first: str) -> dict[str, Any]:
        fields: dict[str, Any] = {"From": account, "To": whatsapp(to) if account.startswith(WHATSAPP) else to}
        fields |= piece.fields
        if self._callback:
            fields["StatusCallback"] = self._callback + (f"?{urlencode({PART_OF: first})}" if first else "")
        return fields

    def _account(self, outgoing: Outgoing) -> str:
        """Which of our numbers sends. Answers go out from the number that was written to, never from another."""
        if not outgoing.account:
            return self._accounts[0]
        if outgoing.account in self._accounts:
            return outgoing.account
        others = ", ".join(self._accounts)
        raise Permanent(
            f"{outgoing.account} is no longer a number of this channel", cure=f"put it back; this channel has: {others}"
        )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _first_tried(self, outgoing: Outgoing, *, known_only: bool = False) -> Any:
        known = outgoing.tried_at or self._tried.get(outgoing.id)
        return known or (None if known_only else self._now())

    def _parts(self, outgoing: Outgoing) -> tuple[str, ...]:
        return max(tuple(outgoing.parts), self._gone.get(outgoing.id, ()), key=len)

    def _remember(self, row: int, gone: Sequence[str], tried: datetime | None) -> None:
        if len(self._tried) + len(self._gone) >= 2 * _MOST_UNFINISHED:
            self._tried.clear()
            self._gone.clear()
        self._gone[row] = tuple(gone)
        if tried is not None:
            self._tried.setdefault(row, tried)

    def _forget(self, row: int) -> None:
        self._gone.pop(row, None)
        self._tried.pop(row, None)


def _sent(gone: Sequence[str]) -> Sent:
    return Sent(external_id=gone[0] or None, parts=tuple(gone) if len(gone) > 1 else ())


def _number(outgoing: Outgoing) -> str:
    to = e164(outgoing.recipient)
    if to is None:
        raise Permanent("there is no number to write to: it was withheld, or is a short code or a name")
    return to


def _stopped(error: Permanent, gone: int, parts: int) -> Permanent:
    """A refusal in the middle says how much the customer has got."""
    if not gone:
        return error
    kind = Unwelcome if isinstance(error, Unwelcome) else Permanent
    return kind(f"{gone} of its {parts} messages went out, the rest did not: {error}", cure=error.cure)
