"""The field's terms as the store, the TOML file and the commands spell them (docs/glossary.md)."""

from __future__ import annotations

from enum import StrEnum

STAFF_BOT = "staff"
"""The pseudo-channel under which what people of the house write to their bot stands in the ledger; no case comes from it."""
STAFF_TELEGRAM = "staff_telegram"
"""The way out by which that bot writes to them."""
IN_PERSON = "in_person"
"""The pseudo-channel of calls and visits that one of us enters by hand; nothing goes out by it."""


class Mode(StrEnum):
    """How far a channel may go: take in only, write to our own people, or write to customers."""

    OBSERVE = "observe"
    INTERNAL = "internal"
    LIVE = "live"


class InboxState(StrEnum):
    """What became of a raw item."""

    PENDING = "pending"
    ROUTED = "routed"
    SCREENED = "screened"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    IMPORTED = "imported"


class CaseState(StrEnum):
    """Where a conversation stands. The first three have an owner answering for them now."""

    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    SPAM = "spam"


OWNED_STATES = (CaseState.OPEN, CaseState.WAITING_CUSTOMER, CaseState.WAITING_THIRD_PARTY)


class DeliveryState(StrEnum):
    """How far something that goes out has come."""

    PENDING = "pending"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


class OutboxKind(StrEnum):
    """What a row of the outbox is for. `reply` is a person's; `automatic` what we say of a case by ourselves besides its receipt;
    `service` is what a bot says of itself: a greeting, a command's outcome; `webhook` tells another program what happened."""

    NOTICE = "notice"
    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    AUTOMATIC = "automatic"
    DIGEST = "digest"
    ALERT = "alert"
    SERVICE = "service"
    WEBHOOK = "webhook"


class Kind(StrEnum):
    """What a case is about, legally (PQRS)."""

    QUERY = "query"
    REQUEST = "request"
    COMPLAINT = "complaint"
    CLAIM = "claim"
    SUGGESTION = "suggestion"


class Priority(StrEnum):
    """How much a case may jump the line; `urgent` also rings people off duty."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Origin(StrEnum):
    """Who began a case: the customer, one of us who wrote first, or one of us who entered a call or a visit by hand."""

    CUSTOMER = "customer"
    STAFF = "staff"
    IN_PERSON = "in_person"


class Resolution(StrEnum):
    """How a case ended: answered, or with its last turn left open because nothing needed an answer, or for another reason that
    a person gave."""

    ANSWERED = "answered"
    NO_REPLY_NEEDED = "no_reply_needed"
    UNANSWERED = "unanswered"


class Side(StrEnum):
    """From where one of us acted. `mailbox` is an ordinary mail client on the shared mailbox, `provider` a call that the
    telephone company reports, `api` a program with a token of theirs."""

    COMMAND = "command"
    TELEGRAM = "telegram"
    EMAIL = "email"
    MAILBOX = "mailbox"
    PROVIDER = "provider"
    DESK = "desk"
    API = "api"


class EntryWay(StrEnum):
    """By what somebody proved who they are when a session at the desk began."""

    PASSWORD = "password"  # noqa: S105  the word, not one
    OIDC = "oidc"
    INVITATION = "invitation"


class LookedAt(StrEnum):
    """What somebody looked at, as the trail of who looked names it."""

    CASE = "case"
    FILE = "file"
    ORIGINAL = "original"
    CUSTOMER = "customer"
    SEARCH = "search"
    REPORT = "report"
    EXPORT = "export"
    EVIDENCE = "evidence"
    TRAIL = "trail"


class CallOutcome(StrEnum):
    """What became of a call to a customer. Only `reached` is a reply."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    MESSAGE = "message"


class Restriction(StrEnum):
    """How a difficult customer is dealt with: by one named person without pings, or not at all until a date."""

    RESTRICTED = "restricted"
    BLOCKED = "blocked"


class Role(StrEnum):
    """What a person may see and do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def sees_everybody(self) -> bool:
        """Whether they may see what each of their colleagues does: whoever leads or looks things over, not whoever works."""
        return self is not Role.AGENT


class Direction(StrEnum):
    """Who wrote a message: the customer (in) or us (out)."""

    IN = "in"
    OUT = "out"


class Verdict(StrEnum):
    """What screening made of a message. Only `accept` opens or continues a case. `greeting` presses a bot's start button,
    `opted_in` takes an opt-out back, `service` is nothing that anybody wrote."""

    ACCEPT = "accept"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LOOP = "loop"
    LIST = "list"
    OWN = "own"
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    SPAM = "spam"
    GREETING = "greeting"
    OPTED_IN = "opted_in"
    SERVICE = "service"


class FileState(StrEnum):
    """What became of a file that lay at a provider."""

    PENDING = "pending"
    FETCHED = "fetched"
    FAILED = "failed"


class AddressKind(StrEnum):
    """What sort of address a contact can be reached at. `other` is for other packages' channels; such an address begins with
    a word of theirs and a colon (`matrix:@eva:example.org`), so that two packages never mean the same one."""

    EMAIL = "email"
    PHONE = "phone"
    TELEGRAM = "telegram"
    OTHER = "other"


class Metric(StrEnum):
    """What is timed in a case (docs/response-times.md). Each is a kind of row of the table `clocks`."""

    TIME_TO_ASSIGN = "time_to_assign"
    TIME_TO_ACCEPT = "time_to_accept"
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    CUSTOMER_WAIT = "customer_wait"
    FIRST_RESOLUTION = "first_resolution"
    FULL_RESOLUTION = "full_resolution"
    REOPENED = "reopened"
    LEGAL = "legal"


class Ended(StrEnum):
    """What ended a clock. Only `replied`, `resolved`, `assigned`, `accepted`, `reopened` and `released` are what it was waiting
    for; a clock that ended otherwise has met no target, whatever the time."""

    REPLIED = "replied"
    RESOLVED = "resolved"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    REOPENED = "reopened"
    RELEASED = "released"
    UNANSWERED = "unanswered"
    NO_REPLY_NEEDED = "no_reply_needed"
    PASSED_ON = "passed_on"
    MERGED = "merged"
    SPLIT = "split"
    SPAM = "spam"


class EventKind(StrEnum):
    """The vocabulary of the append-only log. Events carry ids and codes, never customers' text."""

    CONFIG_APPLIED = "config_applied"
    CHANNEL_PAUSED = "channel_paused"
    CHANNEL_RESUMED = "channel_resumed"
    MESSAGE_RECEIVED = "message_received"
    MESSAGE_SENT = "message_sent"
    MESSAGE_SCREENED = "message_screened"
    MESSAGE_QUARANTINED = "message_quarantined"
    MESSAGE_RELEASED = "message_released"
    MESSAGE_REPLAYED = "message_replayed"
    CASE_OPENED = "case_opened"
    CASE_STATE = "case_state"
    CASE_LINKED = "case_linked"
    TURN_OPENED = "turn_opened"
    TURN_CLOSED = "turn_closed"
    DUE_SET = "due_set"
    ASSIGNED = "assigned"
    RELEASED = "released"
    UNPINNED = "unpinned"
    LINE_ENTERED = "line_entered"
    LINE_LEFT = "line_left"
    NOTICE_WRITTEN = "notice_written"
    NOTICE_SENT = "notice_sent"
    NOTICE_FAILED = "notice_failed"
    NOTICE_ESCALATED = "notice_escalated"
    ACKNOWLEDGED = "acknowledged"
    ACKNOWLEDGEMENT_WITHHELD = "acknowledgement_withheld"
    ANNOUNCED = "announced"
    DELIVERY = "delivery"
    PRESENCE = "presence"
    AGENT_DISABLED = "agent_disabled"
    BRAKE = "brake"
    RESTORED = "restored"
    MESSAGE_EDITED = "message_edited"
    FILE_FETCHED = "file_fetched"
    FILE_FAILED = "file_failed"
    CONSENT = "consent"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_LINKED = "contact_linked"
    CONTACT_UNLINKED = "contact_unlinked"
    CONTACT_SUGGESTED = "contact_suggested"
    AGENT_INVITED = "agent_invited"
    AGENT_LINKED = "agent_linked"
    AGENT_UNLINKED = "agent_unlinked"
    AGENT_UNREACHABLE = "agent_unreachable"
    REPLY_WRITTEN = "reply_written"
    REPLY_HELD = "reply_held"
    REPLY_RELEASED = "reply_released"
    REPLY_WITHDRAWN = "reply_withdrawn"
    TURN_RESTORED = "turn_restored"
    CALLED = "called"
    NOTED = "noted"
    ACCEPTED = "accepted"
    ACCEPTANCE_LAPSED = "acceptance_lapsed"
    DECLINED = "declined"
    CASE_REOPENED = "case_reopened"
    CASE_MERGED = "case_merged"
    CASE_UNMERGED = "case_unmerged"
    CASE_SPLIT = "case_split"
    COLLABORATOR_ADDED = "collaborator_added"
    COLLABORATOR_REMOVED = "collaborator_removed"
    CONTACT_RESTRICTED = "contact_restricted"
    CONTACT_UNRESTRICTED = "contact_unrestricted"
    CASE_CHANGED = "case_changed"
    PROMISE_WARNED = "promise_warned"
    PROMISE_BREACHED = "promise_breached"
    RECOMPUTED = "recomputed"
    LEGAL_HOLD = "legal_hold"
    LEGAL_HOLD_ENDED = "legal_hold_ended"
    ERASED = "erased"
    CASE_FORGOTTEN = "case_forgotten"
    RETENTION_AGREED = "retention_agreed"
    LEFTOVERS_FORGOTTEN = "leftovers_forgotten"
    RETENTION_DONE = "retention_done"
    EXPORTED = "exported"
    CHANNEL_QUIET = "channel_quiet"
    REPORT_WRITTEN = "report_written"
    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    LOGIN_THROTTLED = "login_throttled"
    SESSION_ENDED = "session_ended"
    PASSWORD_SET = "password_set"  # noqa: S105  the word, not one
    TOKEN_MADE = "token_made"  # noqa: S105  the word, not one
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  the word, not one
    ANSWER_SAVED = "answer_saved"
    ANSWER_REMOVED = "answer_removed"
    PREFERENCES_SET = "preferences_set"
    WEBHOOK_PAUSED = "webhook_paused"
    WEBHOOK_RESUMED = "webhook_resumed"
    ITEMS_MISSING = "items_missing"
    ITEMS_FETCHED = "items_fetched"
