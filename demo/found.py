"""What of ours is found at the providers when the day is over: in mailboxes, in Telegram's chats, among Twilio's messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from imapclient.exceptions import IMAPClientError

from demo.book import Source
from demo.phones import Phones
from demo.post_office import PostOffice

log = structlog.get_logger(__name__)

_NEVER_CAME = ("failed", "undelivered")
_GONE = (OSError, RuntimeError, IMAPClientError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`ours` counts what we sent, by the name under which the outbox has it; `extra` is what may be there besides. `put_in` is
    what customers and staff put in, by source, as the providers hold it. `refused` counts answers by status."""

    ours: Counter[str] = field(default_factory=Counter)
    extra: frozenset[str] = frozenset()
    put_in: dict[Source, Counter[str]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)


def in_mailboxes(office: PostOffice, addresses: Sequence[str]) -> Counter[str]:
    """How often each Message-ID is in these mailboxes; a server that is gone has none."""

    try:
        mails = [mail for address in addresses for mail in office.letters_of(address)]
    except _GONE:
        log.exception("mailboxes_not_read")
        return Counter()
    return Counter(str(mail["Message-ID"] or "").strip() for mail in mails)


def at_providers(phones: Phones) -> Found:
    """What Telegram's and Twilio's servers hold; servers that are gone hold nothing."""
    try:
        return _merged([_bot(phones, Source.TELEGRAM), _bot(phones, Source.STAFF), _twilio(phones)])
    except _GONE:
        log.exception("providers_not_read")
        return Found()


def _bot(phones: Phones, source: Source) -> Found:
    seen = phones.look_at(source)
    bot = str(seen["bot"])
    messages = [message for chat in seen["chats"].values() for message in chat if str(message["from"]["id"]) == bot]
    names = {f"{bot}/{each['chat']['id']}/{each['message_id']}": "text" in each for each in messages}
    return Found(
        ours=Counter(names.keys()),
        extra=frozenset(name for name, is_text in names.items() if not is_text),  # a file that goes with a text
        put_in={source: Counter(map(str, seen["updates"]))},
        refused=_refused(seen),
    )


def _twilio(phones: Phones) -> Found:
    seen = phones.look_at(Source.PHONE)
    inbound = [each["sid"] for each in seen["texts"] if each["direction"] == "inbound"]
    outbound = [each for each in seen["texts"] if each["direction"] != "inbound"]
    return Found(
        ours=Counter(each["sid"] for each in outbound if each["status"] not in _NEVER_CAME),
        put_in={Source.PHONE: Counter([*inbound, *seen["calls"]])},
        refused=_refused(seen),
    )


def _refused(seen: dict[str, Any]) -> Counter[str]:
    told = {
        name.removeprefix("refused "): count for name, count in seen["tally"].items() if name.startswith("refused ")
    }
    return Counter(told)


def _merged(parts: Sequence[Found]) -> Found:
    whole = Found()
    for part in parts:
        whole.ours.update(part.ours)
        whole.put_in.update(part.put_in)
        whole.refused.update(part.refused)
    return Found(
        ours=whole.ours,
        extra=frozenset().union(*(part.extra for part in parts)),
        put_in=whole.put_in,
        refused=whole.refused,
    )
