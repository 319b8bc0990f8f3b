"""Addresses as people type them: a mail, a phone in any spelling, a Telegram number or a case's key, found or refused."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from config.plain import nearest
from ventanilla.errors import BadInput
from ventanilla.keys import read_key
from ventanilla.phones import e164
from ventanilla.store.views.cases import case_rows
from ventanilla.store.views.contacts import near_addresses, owners_of_value
from ventanilla.words import AddressKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A known address and whose it is. From a case's key it is the address that the case came from."""

    contact_id: int
    kind: str
    value: str


def known_address(connection: sa.Connection, typed: str, *, region: str | None) -> Found:
    """The address that was meant. `region` is the country of phones written without one; `telegram:`, `phone:`, `email:` in
    front say which kind. Raises BadInput for none, with the nearest, and for several that could be meant."""
    bare = typed.strip()
    kind, _, rest = bare.partition(":")
    named = kind.lower() if kind.lower() in list(AddressKind) and kind.lower() != AddressKind.OTHER else None
    number = e164(rest if named else bare, region) if named in (None, AddressKind.PHONE) else None
    values = {bare, bare.lower(), *([number] if number else [])}
    if named:
        values = {number} if named == AddressKind.PHONE and number else {rest.strip(), rest.strip().lower()}
    rows = [row for row in owners_of_value(connection, sorted(values)) if named in (None, row.kind)]
    if len({row.contact_id for row in rows}) > 1:
        both = " or ".join(f"{row.kind}:{row.value}" for row in rows)
        raise BadInput(f'"{typed}" may be several addresses; say which: {both}')
    if rows:
        return Found(contact_id=rows[0].contact_id, kind=rows[0].kind, value=rows[0].value)
    return _of_case(connection, bare) or _refuse(connection, typed, number or bare)


def _of_case(connection: sa.Connection, typed: str) -> Found | None:
    key = read_key(typed)
    case = case_rows(connection, [key]).get(key) if key else None
    if case is None:
        return None
    theirs = [
        row for row in owners_of_value(connection, [case.address or case.contact]) if row.contact_id == case.contact_id
    ]
    return Found(contact_id=case.contact_id, kind=theirs[0].kind, value=theirs[0].value) if theirs else None


def _refuse(connection: sa.Connection, typed: str, value: str) -> Found:
    hint = nearest(value, near_addresses(connection, value), quote='"')
    hint = hint if "mean" in hint else "; `ventanilla contacts --search TEXT` finds those there are"
    raise BadInput(f'nobody has the address "{typed}"{hint}')
