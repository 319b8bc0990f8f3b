"""Who wrote a mail and to whom, out of its headers. Knows forms and groups of ours; decides nothing about cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.imap_email.reading.addresses import read_addresses, read_all_addresses
from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.headers import Headers
from connectors.imap_email.reading.limits import MAX_NAME
from connectors.imap_email.reading.list_headers import is_own_list
from connectors.reading.characters import clean_line
from ventanilla.channel import Party

_FALLBACKS = ("sender", "x-original-from", "reply-to", "return-path", "resent-from")
_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """`author.address` is "" when no header names anybody. `authors` are all whom From names, `envelope` the addresses the servers
    delivered to."""

    author: Party
    authors: tuple[Party, ...]
    to: tuple[Party, ...]
    cc: tuple[Party, ...]
    reply_to: tuple[Party, ...]
    envelope: tuple[Party, ...]

    def is_direct(self, context: MailContext) -> bool:
        """Whether an address of ours stands in To or Cc."""
        return any(context.is_own(party.address) for party in (*self.to, *self.cc))


def read_people(headers: Headers) -> People:
    """Everybody that the headers name. Never raises."""
    return People(
        author=_author(headers),
        authors=read_parties(headers, "from"),
        to=read_parties(headers, "to"),
        cc=read_parties(headers, "cc"),
        reply_to=read_parties(headers, "reply-to"),
        envelope=tuple(party for name in _ENVELOPE for party in read_parties(headers, name)),
    )


def find_customer(people: People, headers: Headers, context: MailContext) -> Party:
    """Whom it is really from: behind a form of ours or a group that rewrites From it is somebody else, else the author."""
    rewritten = context.is_own(people.author.address) and is_own_list(headers, context)
    if not (context.is_form(people.author.address) or rewritten):
        return people.author
    original = (
        [*read_parties(headers, "x-original-from"), *read_parties(headers, "x-original-sender")] if rewritten else []
    )
    for party in (*original, *people.reply_to):
        if not context.is_own(party.address):
            return party
    return people.author


def _author(headers: Headers) -> Party:
    """The first of From with a domain; Sender and its kin where From names nobody. "" when a bounce has `From: <>`."""
    named = read_parties(headers, "from")
    found = next((party for party in named if "@" in party.address), None) or next(iter(named), None)
    if found:
        return found
    for name in _FALLBACKS if "from" not in headers or headers.raw("from").strip() != "<>" else ():
        others: Sequence[Party] = read_parties(headers, name)
        if others:
            return others[0]
    return Party(address="", name=clean_line(headers.text("from").strip("<>"), limit=MAX_NAME))


def read_parties(headers: Headers, name: str) -> tuple[Party, ...]:
    """Everybody that the fields of this name (in lower case) list."""
    values = headers.all_raw(name)
    if len(values) == 1:
        return read_addresses(values[0], hint=headers.hint)
    return read_all_addresses(values, hint=headers.hint) if values else ()
