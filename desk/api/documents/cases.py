"""A case in a list and a case whole, as `conversations --json` and `show --json` have them."""

from __future__ import annotations

from desk.api.documents.base import CaseKey, Document, Free, Instant
from desk.api.documents.customers import Address, OtherCase, RestrictionTold, Suggestion
from ventanilla.words import (
    CallOutcome,
    CaseState,
    DeliveryState,
    Direction,
    Ended,
    FileState,
    Kind,
    Metric,
    Origin,
    OutboxKind,
    Priority,
    Resolution,
    Side,
)


class AnyCase(Document):
    """What is said of a case in a list and of one whole."""

    key: CaseKey
    """Short, and what customers know it by."""
    channel: str
    team: str
    state: CaseState
    owner: str
    """Who answers for it, or did last."""
    contact: str | None
    """The first address that is known of its customer."""
    contact_name: str
    contact_id: int
    subject: str
    kind: Kind
    priority: Priority
    tags: list[str]
    created_at: Instant
    first_message_at: Instant
    last_message_at: Instant
    first_response_seconds: float | None
    waiting_since: Instant | None
    """Since when its customer waits for an answer; null where nobody does."""
    due_at: Instant | None
    """Until when the open turn is to be answered."""
    next_due_at: Instant | None
    """The nearest of all that is due in it."""
    in_line_since: Instant | None
    """Since when it has waited for somebody who can take it."""
    resolved_at: Instant | None


class Case(AnyCase):
    """A case as lists show it."""

    messages: int
    """How many there are, of both sides."""


class Attachment(Document):
    """A file of a message."""

    id: str
    filename: str
    content_type: str
    """As whoever sent it says; do not believe it."""
    size: int | None
    sha256: str | None
    inline: bool
    state: FileState
    """`fetched` is here; `pending` still lies at its provider; `failed` cannot be had."""
    reason: str | None
    present: bool
    url: str | None
    """Where to get it; null while it is not here."""


class Raw(Document):
    """The original of a message as it came."""

    inbox_id: int
    size: int | None
    present: bool


class Version(Document):
    """What a message said before it was changed."""

    id: int
    sent_at: Instant | None
    received_at: Instant | None
    text: str
    reply_text: str
    raw: Raw | None


class Message(Document):
    """One message of either side, with its newest text."""

    id: int
    external_id: str | None
    """The Message-ID of a mail; the provider's number of a chat message."""
    direction: Direction
    medium: str | None
    """`email`, `telegram`, `sms`, `whatsapp`, `call`, `voicemail`, `visit`…"""
    from_address: str | None
    from_name: str | None
    to: list[str]
    cc: list[str]
    subject: str | None
    sent_at: Instant | None
    received_at: Instant | None
    pulled_at: Instant | None
    routed_at: Instant | None
    replied_at: Instant | None
    """When an answer of ours went out."""
    text: str
    reply_text: str
    """The text without what it quotes."""
    owner: str | None
    """Who was responsible when it came."""
    author: str | None
    agent: str | None
    """Which of us wrote it."""
    side: Side | None
    """From where they did."""
    outcome: CallOutcome | None
    """Of a call: how it went."""
    answers: int | None
    """The newest message of the customer that it answers."""
    turn_since: Instant | None
    automatic: bool
    delivery: DeliveryState | None
    """How far an answer has come on its way out."""
    delivery_reason: str | None
    delivered_at: Instant | None
    attachments: list[Attachment]
    raw: Raw | None
    edited_at: Instant | None
    versions: list[Version]
    case: CaseKey
    """The key under which it came, where cases were merged."""
    thanks: bool
    """Taken for thanks and nothing else, so that nobody waits for an answer."""


class Note(Document):
    """A word for our own people."""

    id: int
    agent: str
    side: Side
    text: str
    created_at: Instant
    case: CaseKey


class Collaborator(Document):
    """Somebody who works on a case beside its owner."""

    agent: str
    added_by: str
    added_at: Instant


class Assignment(Document):
    """Who was responsible, from when to when, and why."""

    number: int
    agent: str
    assigned_at: Instant
    released_at: Instant | None
    reason: str
    release_reason: str | None
    actor: str
    config_version: int
    notified_at: Instant | None
    accepted_at: Instant | None
    accept_by: Instant | None
    decision: Free
    """Who else was considered, and why each was passed over."""


class Event(Document):
    """One line of the append-only log: ids and codes, never a customer's text."""

    id: int
    at: Instant
    """When it happened."""
    recorded_at: Instant
    kind: str
    actor: str
    channel: str | None = None
    assignment_number: int | None = None
    message_id: int | None = None
    inbox_id: int | None = None
    outbox_id: int | None = None
    agent: str | None = None
    data: Free


class Clock(Document):
    """One time that is taken in a case; lengths in seconds."""

    metric: Metric
    number: int
    name: str | None
    agent: str | None
    team: str | None
    started_at: Instant
    stopped_at: Instant | None
    ended: Ended | None
    paused_since: Instant | None
    promise: str | None
    calendar: str | None
    config_version: int | None
    target: float | None
    warn_at: Instant | None
    due_at: Instant | None
    warned_at: Instant | None
    breached_at: Instant | None
    elapsed: float | None
    business: float | None
    paused: float | None
    within: float | None


class LinkedCase(Document):
    """A case that has to do with this one."""

    key: CaseKey
    reason: str


class Letter(Document):
    """Something that went out on behalf of a case, or is to: an answer, a receipt, a notice to one of us."""

    id: int
    kind: OutboxKind
    state: DeliveryState
    reason: str | None
    via: str
    recipient: str
    agent: str | None
    assignment_number: int | None
    attempts: int
    created_at: Instant
    sent_at: Instant | None
    delivered_at: Instant | None


class CaseCustomer(Document):
    """Whom a case is about, beside what it says itself."""

    addresses: list[Address]
    language: str | None
    tags: list[str]
    owner: str | None
    """Their account manager."""
    erased_at: Instant | None
    other_cases: list[OtherCase]
    """Those among them that you may see."""
    restriction: RestrictionTold | None
    suggestions: list[Suggestion]


class EventList(Document):
    """The events of a case in the order in which they were recorded."""

    items: list[Event]


class MessageList(Document):
    """The messages of a case in the order in which they came or went out."""

    items: list[Message]


class WholeCase(AnyCase):
    """A case with all that is in it, and in what was merged into it."""

    messages: list[Message]
    promise: str | None
    language: str
    pinned: bool
    """Given by a person's word, so that no rule moves it."""
    merged_into: CaseKey | None
    customer: CaseCustomer
    former_keys: list[CaseKey]
    """Of the cases that were merged into it."""
    origin: Origin
    first_response_at: Instant | None
    resolution: Resolution | None
    closed_at: Instant | None
    wait_until: Instant | None
    notes: list[Note]
    collaborators: list[Collaborator]
    assignments: list[Assignment]
    events: list[Event]
    clocks: list[Clock]
    links: list[LinkedCase]
    sent: list[Letter]
