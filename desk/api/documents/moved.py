"""What a move answers, as the commands' --json have it."""

from __future__ import annotations

from datetime import date

from desk.api.documents.base import CaseKey, Document, Instant
from ventanilla.words import CallOutcome, CaseState, Kind, Priority


class Moved(Document):
    """A case after a move."""

    key: CaseKey
    state: CaseState
    owner: str
    changed: bool
    """False where it was so already."""


class Resolved(Moved):
    """A case that ends."""

    waits_for: int | None
    """The answer (its number in the outbox) with which it ends once that has gone out."""


class Waits(Moved):
    """A case that waits for somebody else, or no more."""

    wait_until: Instant | None


class Called(Moved):
    """A case in which a call was written down."""

    outcome: CallOutcome


class Collaborated(Moved):
    """A case in which somebody works beside its owner, or no more."""

    collaborator: str


class Deadline(Document):
    """What the law, or a promise, wants by a day."""

    name: str
    due_on: date
    due_at: Instant


class Classified(Moved):
    """A case that is of another kind."""

    kind: Kind
    deadlines: list[Deadline]


class Prioritised(Moved):
    """A case that may jump the line more, or less."""

    priority: Priority


class Tagged(Moved):
    """A case with other tags."""

    tags: list[str]
    deadlines: list[Deadline]


class Receipted(Moved):
    """A case whose customer gets the receipt that the law wants."""

    outbox_id: int | None
    by_hand: bool


class Owned(Document):
    """Who answers for a case now."""

    key: CaseKey
    owner: str
    assignment_number: int
    pinned: bool
    in_line_since: Instant | None


class Transferred(Owned):
    """The same after a hand-over."""

    changed: bool
    former_owner: str
    warning: str | None
    """What is to be known of whoever has it now: they are off duty."""


class Written(Document):
    """An answer on its way out: `undo` takes it back before `goes_out_at`."""

    key: CaseKey
    message_id: int
    outbox_id: int
    goes_out_at: Instant
    held: str | None
    """Why it waits for a person; null: it does not."""
    repeated: bool
    sms_parts: int | None
    """What it is paid for, where it goes by SMS."""


class Asked(Written):
    """A question for what is missing."""

    complete_by: date | None
    """The last day that a law gives them for it."""


class Noted(Document):
    """A note that was left."""

    key: CaseKey
    note: int


class Withdrawn(Document):
    """An answer that nobody gets. What it said is still in the case, as `message_id`."""

    key: CaseKey
    outbox_id: int
    message_id: int
    withdrawn: bool


class Begun(Document):
    """A case that one of us began: by writing first (then the answer's part is filled in), or by entering a visit or a call."""

    key: CaseKey | None
    owner: str
    changed: bool
    message_id: int | None
    outbox_id: int | None
    inbox_id: int | None
    goes_out_at: Instant | None
    held: str | None
    sms_parts: int | None
