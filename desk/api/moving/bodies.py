"""What a move is asked with. A name that is not known is an error, so that a slip of the pen does not pass for nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from desk.api.moving.files import MOST_FILES, FileGiven
from router.moves.reasoned import Upheld
from router.moves.wait import WaitFor
from ventanilla.words import CallOutcome, Kind, Priority

LONGEST_TEXT, LONGEST_REASON = 100_000, 10_000
_YEARS = range(1970, 2200)


def _written(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("expected an instant such as 2026-11-23T09:00:00Z")  # noqa: TRY004  pydantic's way
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None or value.year not in _YEARS:
        raise ValueError("expected an instant with its zone, such as 2026-11-23T09:00:00Z, from 1970 to 2199")
    return value.astimezone(UTC)


Moment = Annotated[
    datetime,
    BeforeValidator(_written),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-27T17:00:00Z"]}),
]
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
Reason = Annotated[str, StringConstraints(max_length=LONGEST_REASON)]
Short = Annotated[str, StringConstraints(max_length=500)]
Address = Annotated[str, StringConstraints(max_length=320)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number = Annotated[int, Field(ge=1, le=2**53 - 1)]
Tag = Annotated[str, StringConstraints(max_length=200)]


class Body(BaseModel):
    """What every body has in common."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ReplyBody(Body):
    """An answer to the customer of a case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "It left today.", "resolve": True}]})
    text: Text = ""
    """What to say. It may be left out where files go along."""
    cc: list[Address] = Field(default=[], max_length=20)
    """Who else gets it (e-mail)."""
    files: list[FileGiven] = Field(default=[], max_length=MOST_FILES)
    resolve: bool = False
    """End the case once it has gone out."""
    seen: Number | None = None
    """The `id` of the newest message that its author had read: where the customer or a colleague wrote after it, it is refused."""
    anyway: bool = False
    """Though somebody else has answered, or is about to."""


class NoteBody(Body):
    """A word for our own people; `@luis` tells that person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "@luis, the carrier has it"}]})
    text: Text


class ResolveBody(Body):
    """How a case ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"no_reply_needed": True}]})
    no_reply_needed: bool = False
    """The customer waits, and needs no answer."""
    reason: Reason = ""
    """Why it ends so; a note for our own people. Complaints and claims always need one."""
    upheld: Upheld | None = None
    """Of a complaint or a claim: whether its customer was right."""
    bodies_told: bool = False
    """The bodies to turn to were named to them in another way."""


class ReasonBody(Body):
    """Why; a note for our own people."""

    reason: Reason = ""


class DeclineBody(Body):
    """Why a case is not yours; a note for our own people."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "It is about an invoice"}]})
    reason: Reason


class TransferBody(Body):
    """Who gets a case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "luis", "note": "He knows the customer"}]})
    to: Name
    note: Reason = ""
    """A word for our own people."""
    assignment_number: Number | None = None
    """What it was when you looked: where the case has been given to somebody else since, it is refused."""


class WaitBody(Body):
    """For whom a case waits beside the customer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"for": "third_party", "until": "2026-12-01T09:00:00Z"}]}, populate_by_name=True
    )
    for_: WaitFor = Field(default=WaitFor.THIRD_PARTY, alias="for")
    """`third_party`: somebody else; `us`: it waits no more."""
    until: Moment | None = None
    """Until when at most; then its owner is reminded."""


class MergeBody(Body):
    """The case that goes on with both."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into": "9FH-2KW-JP8"}]})
    into: Address
    customers_differ: bool = False
    """Though they are two customers' cases."""


class AnsweredInBody(Body):
    """The case in which the answer was given."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"case": "9FH-2KW-JP8"}]})
    case: Address


class SplitBody(Body):
    """The message that becomes a case of its own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"message": 31, "and_after": True}]})
    message: Number
    and_after: bool = False
    """And what the customer sent after it."""


class KindBody(Body):
    """What a case is, legally."""

    kind: Kind
    reason: Reason = ""


class PriorityBody(Body):
    """How much a case may jump the line."""

    priority: Priority
    reason: Reason = ""


class TagsBody(Body):
    """Tags to put on a case, and to take off."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"add": ["facturas"], "remove": ["vip"]}]})
    add: list[Tag] = Field(default=[], max_length=30)
    remove: list[Tag] = Field(default=[], max_length=30)
    reason: Reason = ""


class CalledBody(Body):
    """A call to the customer of a case."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "reached", "text": "Tuesday is fine"}]})
    outcome: CallOutcome
    text: Text = ""
    """What was said."""
    at: Moment | None = None
    """When; else now."""


class CollaboratorBody(Body):
    """Who works on a case beside its owner."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"agent": "luis"}, {"agent": "luis", "remove": True}]})
    agent: Name
    remove: bool = False
    """They do so no more."""


class UndoBody(Body):
    """The answer to take back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outbox_id": 31}]})
    outbox_id: Number


class QuestionBody(Body):
    """What is missing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Which invoice do you mean?"}]})
    text: Text


class ReceiptBody(Body):
    """How a receipt was given by hand; empty: it is to be sent."""

    by_hand: Reason = ""


class WriteBody(Body):
    """Write to a customer first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "how": "write",
                    "channel": "soporte",
                    "to": "lucia@example.org",
                    "subject": "Your order",
                    "text": "It is here.",
                }
            ]
        }
    )
    how: Literal["write"]
    channel: Name
    """By which channel of the file."""
    to: Address
    """Whose address: a mail, a phone, a Telegram number."""
    text: Text = ""
    subject: Short = ""
    name: Short = ""
    """What the customer is called."""
    cc: list[Address] = Field(default=[], max_length=20)
    files: list[FileGiven] = Field(default=[], max_length=MOST_FILES)


class TakeBody(Body):
    """Enter a visit, or a call that no channel saw."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"how": "in_person", "name": "Lucía Ejemplo", "phone": "+34 600 11 12 22", "text": "A refund"}]
        }
    )
    how: Literal["in_person", "phone"]
    name: Short = ""
    phone: Address = ""
    email: Address = ""
    subject: Short = ""
    text: Text = ""
    """What they said."""
    answer: Text | None = None
    """What they were answered there and then."""
    at: Moment | None = None
    """When; else now."""


class AwayBody(Body):
    """When somebody is away, and who stands in."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"to": "2026-12-05T18:00:00Z", "cover": "luis"}]}, populate_by_name=True
    )
    from_: Moment | None = Field(default=None, alias="from")
    """From when; else from now."""
    to: Moment | None = None
    """Until when; else until they are back."""
    cover: Name | None = None


NewCaseBody = Annotated[WriteBody | TakeBody, Field(discriminator="how")]
