"""The channel contract: all that a channel, ours or another package's, may import and must keep.

A channel is made of parts. A `Source` does IO and yields raw items with the checkpoint that stands after them. A reader is pure
and turns one raw item into a `Message`. A `Sender` does IO and puts one `Outgoing` on its way. Where the provider keeps files
apart, a `Fetcher` gets them; where it can call us, a `Hook` takes what it says; where it can be asked what became of what we
sent, a `Follower` asks; where it can be asked what it has, a `Comparer` (`ventanilla/comparer.py`) holds that against the ledger.
Nothing here knows the store, the queue or who is responsible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ventanilla.words import AddressKind, CallOutcome, DeliveryState, Verdict

OUTBOUND = "outbound"
"""The part of an item's note that says one of us sent it past this service: its channel's `sent_reader` reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """One item exactly as its source holds it.

    `key` is unique within the account and never changes (IMAP: folder/uidvalidity/uid). `raw` is None when the item vanished
    at the source between being listed and fetched, or when only its envelope was wanted (`imported`). `received_at` is aware
    UTC: when it reached our side of the world. `identity` tells whether two items under different keys are the same
    (e-mail: Message-ID and a hash of the raw bytes); None where the key is enough.
    """

    key: str
    raw: bytes | None
    received_at: datetime
    imported: bool = False
    identity: str | None = None
    size: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Items to commit together with the checkpoint that stands once they are in the store.

    `source` names where the checkpoint belongs: server + user + folder, never the channel's name in the TOML file.
    """

    source: str
    items: Sequence[RawItem]
    checkpoint: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody at an address. The address is in its canonical form: lower-case mail, E.164 phone."""

    address: str
    name: str = ""
    kind: AddressKind = AddressKind.EMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message. The filename is safe to show; it is never used as a path."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    inline: bool = False
    content_id: str | None = None

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file that belongs to a message and still lies at the provider; a job of its own gets it.

    `ref` is plain JSON that the channel's `Fetcher` understands, without any secret. `size` is in bytes as the provider says,
    None where it does not. `largest` is what the provider hands out at most; a bigger one is noted and never asked for.
    """

    filename: str
    content_type: str
    ref: Mapping[str, Any]
    size: int | None = None
    largest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What a message is, and why we think so. The reason is a code with its evidence, never the customer's text."""

    verdict: Verdict = Verdict.ACCEPT
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery status notification, read: whom it is about, RFC 3463 status, RFC 3464 action.

    `original_message_id` is the Message-ID of the mail that bounced, where the notification quotes it.
    """

    recipient: str
    status: str
    action: str
    original_message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """One Authentication-Results field (RFC 8601): who says it, the DMARC result ("pass", "fail", "none" …) and for which domain
    in From ("" where it could not be read). `is_lenient`: that domain asks for nothing to be done about what fails (`p=none`)."""

    authserv: str
    dmarc: str
    domain: str = ""
    is_lenient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as every room reads it, whatever channel brought it.

    `author` is who the channel says wrote it; `customer` is whom it is really from (behind a web form, or the original sender
    of a mail that one of us forwarded). `text` is everything readable; `reply_text` is without what it quotes and without the
    signature. `sent_at` is the provider's own time, aware UTC, and may be wrong. `case_keys` are keys seen in a plus-address
    or subject: hints, never proof.

    `account` is our side of it: the address of ours, the bot's id, our number ("+34910000000", "whatsapp:+34910000001").
    A `conversational` message (chat, SMS, calls) names no subject: it continues its sender's open case on that account.
    `medium` tells apart what one channel carries: "email", "telegram", "sms", "mms", "whatsapp", "call", "voicemail".
    `edits` is the `external_id` of an earlier message of which this is a new version. `shared` are other addresses that the
    provider vouches for as the author's own (a phone number shared by its owner). `language` is what the sender's program
    says, two letters. `consent` is False from somebody who wants nothing more sent, True from one who wants it again. `album` is
    the provider's name for several messages that were sent as one.

    An `outbound` message was written by one of us past this service (found in the Sent folder, a call made from our number):
    `author` is our side, `customer` whom it went to, `call_outcome` what became of a call; its `reply_text` keeps the signature,
    and `own_id` is the id under which this service sent it, where it says it is a copy of such. `authentications` is what mail
    servers on the way found out about the author, the nearest server's first: whether to believe one is the router's matter.
    """

    author: Party
    customer: Party
    external_id: str | None = None
    to: Sequence[Party] = ()
    cc: Sequence[Party] = ()
    reply_to: Sequence[Party] = ()
    subject: str = ""
    text: str = ""
    reply_text: str = ""
    html: str | None = None
    in_reply_to: Sequence[str] = ()
    references: Sequence[str] = ()
    sent_at: datetime | None = None
    attachments: Sequence[Attachment] = ()
    screening: Screening = Screening()
    bounce: Bounce | None = None
    case_keys: Sequence[str] = ()
    forwarded: bool = False
    account: str = ""
    conversational: bool = False
    medium: str = "email"
    files: Sequence[RemoteFile] = ()
    edits: str | None = None
    shared: Sequence[Party] = ()
    language: str | None = None
    consent: bool | None = None
    outbound: bool = False
    call_outcome: CallOutcome | None = None
    own_id: str | None = None
    authentications: Sequence[Authentication] = ()
    album: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to send. `id` is the outbox row's; a repeat carries the same `message_id`.

    `account` is which of ours to send from, where a channel has several. `edits` is the provider's id of a message of ours to
    rewrite in place instead of sending one more. `in_reply_to` is the provider's id of the message that this answers.
    `buttons` are rows of (label, what the provider sends back when it is pressed), for providers that have them. `template` and
    `template_values` are a provider's approved text, where only such may be sent. `silent` asks that it ring nowhere.
    `cc` are further addresses, shown to all. `tried_at` is when it was first handed over; `parts` are the provider's ids of those
    parts of it that went out already, in order: a sender goes on after them. `taken` are ids that other things of ours to the
    same recipient went out under: what `find` finds is none of those.
    """

    id: int
    recipient: str
    recipient_name: str = ""
    subject: str = ""
    text: str = ""
    html: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    reply_to: str | None = None
    from_name: str = ""
    automatic: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    edits: str | None = None
    attachments: Sequence[Attachment] = ()
    buttons: Sequence[Sequence[tuple[str, str]]] = ()
    template: str | None = None
    template_values: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    cc: Sequence[str] = ()
    tried_at: datetime | None = None
    parts: Sequence[str] = ()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider took it. `external_id` is what the provider calls it; `parts` are all its parts, where it went out in several.
    `recipient` is where it really went, when the address has moved: it goes there from now on. `remark` is what its author should
    know all the same (a copy that was refused), in plain words."""

    external_id: str | None = None
    parts: Sequence[str] = ()
    recipient: str | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What a provider says later about something we sent. Reports come late, twice and out of order.

    `rank` orders those about one message: a report is believed only if its rank is above all before it (sent 1, delivered 2,
    read 3, failed 9). `state` is sent, delivered or failed; `reason` is the provider's words or code for a failure.
    """

    external_id: str
    state: DeliveryState
    rank: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRequest:
    """One call of a provider's. `url` is the public address it called, with its query; header names are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAnswer:
    """What to store and what to answer. Items are committed under `source` before the answer goes out; when they cannot be, the
    provider gets 503 and may come again. `refused` says why a call was not believed: it is counted and nothing is stored."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""
    source: str = ""
    items: Sequence[RawItem] = ()
    reports: Sequence[DeliveryReport] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `check --connect`: what was tried, whether it works, what it means, and the cure if it does not."""

    subject: str
    ok: bool
    message: str
    cure: str = ""


class Place(Protocol):
    """Where a channel lives: its name in the file, and the moment since which it is configured (aware UTC)."""

    @property
    def name(self) -> str: ...

    @property
    def since(self) -> datetime: ...


class Source(Protocol):
    """Pulls from one place (an account's folder, a bot, a number). Used by one thread at a time."""

    @property
    def name(self) -> str:
        """Where the checkpoint belongs; stable across renames in the TOML file."""

    def pull(self, checkpoint: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield what is new since the checkpoint, oldest first, in batches of bounded size.

        The caller commits each batch before it asks for the next. None means first contact. Raises Temporary, LoginRefused.
        Called twice with the same checkpoint it yields the same items.
        """

    def wait(self, seconds: float) -> None:
        """Block until the provider hints at something new, or `seconds` have gone by. A hint may be missed or be false."""

    def interrupt(self) -> None:
        """Make a `wait` under way return soon; called from another thread."""

    def close(self) -> None:
        """Let go of connections. Never raises."""


class Sender(Protocol):
    """Puts one message at a time on its way. Used by one thread at a time.

    A sender may have `repeats = False`: then what may have gone out to a customer is never sent again by itself, but shown as
    unknown. Without it an ambiguous one is looked up with `find` and, where that finds nothing, sent again.
    """

    def send(self, outgoing: Outgoing) -> Sent:
        """Hand it to the provider. Raises Temporary (nothing went out), Ambiguous (it may have), Permanent (it never will)."""

    def find(self, outgoing: Outgoing) -> Sent | None:
        """Look up an ambiguous one at the provider; None when it is not there or cannot be looked up."""

    def close(self) -> None:
        """Let go of connections. Never raises."""


class Fetcher(Protocol):
    """Gets files that lie at the provider. Used by one thread at a time."""

    def fetch(self, ref: Mapping[str, Any]) -> Attachment:
        """Get one whole file. Raises Temporary, Permanent (gone, too large, not ours), LoginRefused.

        Credentials go to the provider's own host only, never along a redirect.
        """

    def close(self) -> None:
        """Let go of connections. Never raises."""


class Follower(Protocol):
    """Asks a provider what became of what it took. Used by one thread at a time."""

    def report(self, external_id: str, *, part_of: str = "") -> DeliveryReport | None:
        """What became of a message; of a later part of one, only that it failed, under the first part's id (`part_of`). None for
        nothing new. Raises Temporary, LoginRefused, Permanent."""

    def close(self) -> None:
        """Let go of connections. Never raises."""


class Hook(Protocol):
    """Takes what a provider sends to one web address of ours. Used by several threads at once; keeps no state."""

    @property
    def path(self) -> str:
        """Below /webhooks/CHANNEL/ : "" or a word such as "sms"."""

    @property
    def largest(self) -> int:
        """Bodies above so many bytes are refused unread."""

    def receive(self, request: HookRequest, *, now: datetime) -> HookAnswer:
        """Check that the provider itself sent it, before anything else; then say what to store and answer. Never raises
        for anything that a stranger may send; stores nothing itself."""
