"""A case's events with their links of the chain, written so that anybody can compute the hashes again; and checked. Knows no store.

Each line of events.jsonl is {"number", "previous", "hash", "event"}; `hash` is SHA-256, in hex, of `previous`, a line feed, and the
event as JSON in ASCII with sorted keys and no spaces. The events between them are other cases' and not in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.evidence.gathering import Dossier
from ventanilla.store.seals import canonical, genesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What was found in a file of events: how many, the links (number, hash) of those sealed, the ids of the cases that they
    name, and what is wrong."""

    events: int
    chain: tuple[tuple[int, str], ...]
    cases: frozenset[int] = frozenset()
    problems: tuple[str, ...]


def events_as_lines(dossier: Dossier, *, instance: str) -> Iterator[bytes]:
    """Every event in the order of the chain; those without a seal yet at the end, with null for number and hashes."""
    order = sorted(dossier.events, key=lambda one: (one.number is None, one.number or one.id))
    for event in order:
        before = genesis(instance) if event.number == 1 else event.hash_before
        link = {"number": event.number, "previous": before, "hash": event.hash}
        head = json.dumps(link, separators=(",", ":"))[:-1].encode()
        yield b'%s,"event":%s}\n' % (head, canonical(event))


def seal_document(dossier: Dossier, *, instance: str) -> dict[str, Any]:
    """The head of the chain when the ZIP was made, and how hashes are made."""
    head = dossier.head
    return {
        "installation": instance,
        "number": head.number if head else 0,
        "hash": head.hash if head else genesis(instance),
        "genesis": genesis(instance),
        "how": (
            "hash = SHA-256, in hex, of the previous hash, a line feed, and the event as JSON in ASCII: keys sorted, no spaces. "
            "genesis = SHA-256 of 'ventanilla ' and the installation."
        ),
    }


def check_lines(lines: Iterable[bytes], seal: Mapping[str, Any]) -> Links:
    """Compute every hash again, and look whether numbers rise and neighbours join. Raises nothing: what is wrong is listed."""
    problems: list[str] = []
    events, last = 0, None
    chain: list[tuple[int, str]] = []
    cases: set[int] = set()
    for place, line in enumerate(lines, start=1):
        try:
            number, before, found, event = _link(line)
        except (ValueError, KeyError, TypeError, RecursionError):
            problems.append(f"events.jsonl:{place}: is no event")
            continue
        events += 1
        if isinstance(event, dict) and type(case := event.get("conversation_id")) is int:
            cases.add(case)
        if number is None:
            continue
        problems += _problems(place, number, before, found, event, last, seal)
        last = (number, found)
        chain.append(last)
    if last is not None and not _reaches(seal, last):
        problems.append(
            f"seal.json: its number {seal.get('number')} and hash do not reach event {last[0]} of the chain"
        )
    return Links(events=events, chain=tuple(chain), cases=frozenset(cases), problems=tuple(problems))


def _link(line: bytes) -> tuple[Any, Any, Any, Any]:
    """Number, hash before, hash, event. Raises what a line that is none of ours raises."""
    told = json.loads(line)
    number, before, found, event = (told[name] for name in ("number", "previous", "hash", "event"))
    if number is not None and [type(one) for one in (number, before, found)] != [int, str, str]:
        raise TypeError
    return number, before, found, event


def _problems(
    place: int, number: Any, before: Any, found: Any, event: Any, last: tuple[int, str] | None, seal: Mapping[str, Any]
) -> Iterator[str]:
    where = f"events.jsonl:{place}: event {number} of the chain"
    if hash_of(str(before), event) != found:
        yield f"{where}: was changed, or its hash was"
    if last is not None and not (isinstance(number, int) and number > last[0]):
        yield f"{where}: is out of order"
    if last is not None and number == last[0] + 1 and before != last[1]:
        yield f"{where}: does not join the one before it"
    if number == 1 and before != seal.get("genesis"):
        yield f"{where}: does not begin where the chain of this installation begins"


def hash_of(before: str, event: Any) -> str:
    """The hash of an event that was read back from its JSON."""
    text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(before.encode("utf-8", "replace") + b"\n" + text.encode("ascii")).hexdigest()


def _reaches(seal: Mapping[str, Any], last: tuple[int, str]) -> bool:
    number = seal.get("number")
    return isinstance(number, int) and (number > last[0] or (number == last[0] and seal.get("hash") == last[1]))
