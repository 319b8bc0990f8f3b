"""A customer, as `contacts --json` and `contact show --json` have them."""

from __future__ import annotations

from desk.api.documents.base import CaseKey, Document, Instant
from ventanilla.words import AddressKind, CaseState, Restriction


class Address(Document):
    """Where a customer can be reached."""

    kind: AddressKind
    address: str
    name: str | None
    created_at: Instant
    opted_out_at: Instant | None
    linked_from: int | None
    """The customer that it was known under before two were found to be one."""


class OtherCase(Document):
    """A case of the same customer."""

    key: CaseKey
    channel: str
    address: str
    state: CaseState
    owner: str
    subject: str
    last_message_at: Instant
    waiting_since: Instant | None


class Suggestion(Document):
    """Who a customer may also be."""

    contact_id: int
    name: str
    addresses: list[Address]
    reason: str
    created_at: Instant


class RestrictionTold(Document):
    """How a difficult customer is dealt with."""

    kind: Restriction
    to: str | None
    until: Instant | None
    by: str | None
    at: Instant | None
    reason: str | None


class Customer(Document):
    """A customer as lists show them."""

    id: int
    name: str
    addresses: list[Address]
    language: str | None
    tags: list[str]
    owner: str | None
    """Their account manager."""
    last_owner: str | None
    created_at: Instant
    open_cases: int
    case_count: int
    last_message_at: Instant | None


class WholeCustomer(Customer):
    """A customer with their cases."""

    cases: list[OtherCase]
    """Every open one and the last of the others, among those that you may see."""
    suggestions: list[Suggestion]
    restriction: RestrictionTold | None
