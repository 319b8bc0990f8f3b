"""Sends SMS and WhatsApp messages from one of our numbers, and looks up what may have been sent; knows nothing of cases."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.names import WHATSAPP, bare, whatsapp
from connectors.twilio_phone.raw import Fields, moment_of, text_of
from connectors.twilio_phone.segments import segments
from ventanilla.channel import Outgoing, Sent
from ventanilla.errors import Ambiguous, Permanent
from ventanilla.phones import e164

LONGEST = 1600
"""Letters in one message, of either medium (Twilio's error 21617)."""
LOOKED_BACK = timedelta(hours=1)
"""How old a message may be that is taken for an ambiguous one, when we do not remember when we tried."""
_SLACK = timedelta(minutes=2)
_FAILED = frozenset({"failed", "undelivered", "canceled"})


class TwilioSender:
    """Puts one message at a time on its way. Used by one thread.

    `accounts` are our sides ("+34910000000", "whatsapp:+34910000001"); where a message names none, the first that fits sends.
    `callback` is where Twilio tells what became of it; empty: nowhere.
    """

    def __init__(
        self,
        api: TwilioApi,
        *,
        accounts: Sequence[str],
        templates: Mapping[str, str],
        callback: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._accounts = tuple(accounts)
        self._templates = dict(templates)
        self._callback = callback
        self._clock = clock
        self._tried: dict[int, datetime] = {}

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand it to Twilio. Raises Temporary, Ambiguous (the answer was lost: `find` it first), Permanent, LoginRefused."""
        fields = self._fields(outgoing)
        now = datetime.fromtimestamp(self._clock(), UTC)
        try:
            answer = self._api.post("Messages.json", fields)
        except Ambiguous:
            self._tried.setdefault(outgoing.id, now)
            raise
        self._tried.pop(outgoing.id, None)
        return Sent(external_id=text_of(answer, "sid") or None)

    def find(self, outgoing: Outgoing) -> Sent | None:
        """The same text from and to the same numbers, sent since we tried (not known: within the last hour). None when there
        is none, or for a template, whose text we do not know."""
        if outgoing.template is not None:
            return None
        fields = self._fields(outgoing)
        tried = self._tried.get(outgoing.id)
        now = datetime.fromtimestamp(self._clock(), UTC)
        since = now - LOOKED_BACK if tried is None else tried - _SLACK
        params = {name: str(fields[name]) for name in ("To", "From")}
        params |= {"DateSent>": (since - timedelta(days=1)).date().isoformat(), "PageSize": "100"}
        for page in self._api.pages("Messages.json", "messages", params):
            for message in page:
                if _is_it(message, fields, since):
                    return Sent(external_id=text_of(message, "sid"))
        return None

    def close(self) -> None:
        """Let go of the connection. Never raises."""
        self._api.close()

    def _fields(self, outgoing: Outgoing) -> dict[str, Any]:
        _refuse_what_cannot_be(outgoing)
        account = self._account(outgoing)
        to = e164(outgoing.recipient)
        if to is None:
            raise Permanent("there is no number to write to: it was withheld, or is a short code or a name")
        fields: dict[str, Any] = {"From": account, "To": whatsapp(to) if account.startswith(WHATSAPP) else to}
        fields |= self._content(outgoing)
        return fields | ({"StatusCallback": self._callback} if self._callback else {})

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

    def _content(self, outgoing: Outgoing) -> dict[str, Any]:
        if outgoing.template is not None:
            values = json.dumps(dict(outgoing.template_values), ensure_ascii=False)
            return {"ContentSid": self._template(outgoing.template)} | (
                {"ContentVariables": values} if outgoing.template_values else {}
            )
        text = outgoing.text.rstrip()
        if len(text) > LONGEST:
            parts = f"{segments(text).count} SMS parts"
            raise Permanent(
                f"the text is {len(text):,} characters long ({parts}); Twilio takes {LONGEST:,}",
                cure="send it in parts",
            )
        if not text:
            raise Permanent("there is no text to send")
        return {"Body": text}

    def _template(self, name: str) -> str:
        if name.startswith("HX"):
            return name
        if name not in self._templates:
            known = ", ".join(self._templates) or "none"
            raise Permanent(f'there is no template "{name}"', cure=f"name it in `templates`; there are: {known}")
        return self._templates[name]


def _refuse_what_cannot_be(outgoing: Outgoing) -> None:
    if outgoing.attachments:
        raise Permanent(
            "files cannot be sent by SMS or WhatsApp: Twilio takes them by a public address only",
            cure="put the file where the customer can get it, and send its address",
        )
    if outgoing.edits is not None:
        raise Permanent("what went out by SMS or WhatsApp cannot be changed")


def _is_it(message: Fields, wanted: Mapping[str, Any], since: datetime) -> bool:
    """Whether a listed message is one that we sent."""
    made = moment_of(message, "date_created", "date_sent")
    return (
        text_of(message, "direction").startswith("outbound")
        and text_of(message, "status") not in _FAILED
        and (e164(text_of(message, "to")), bare(text_of(message, "from"))) == (e164(wanted["To"]), bare(wanted["From"]))
        and text_of(message, "body").rstrip() == wanted["Body"]
        and made is not None
        and made >= since.replace(microsecond=0)
    )
