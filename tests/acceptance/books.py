"""Compares what was posted with what the service's own commands say became of it. Sends nothing, repairs nothing."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tests.acceptance.letters import Letter
from tests.acceptance.service import Service
from tests.acceptance.sources import compare_sources
from tests.faults.tally import count_audit
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer, Taken
from ventanilla.store.blobs import get_blob
from ventanilla.store.tables import channels, inbox, outbox

STAFF = ("ana@example.com", "luis@example.com", "marta@example.com")


def wait_for_post(service: Service, count: int, *, seconds: float = 240) -> None:
    """Until so many items are in the ledger and every one of them is settled."""
    try:
        wait_until(lambda: is_settled(service, count), seconds=seconds, what=f"{count} settled items ({service.log})")
    except TimeoutError as error:
        raise TimeoutError(f"{error}; there are {dict(_states(service))}") from None


def wait_for_some(service: Service, count: int) -> None:
    """Until so many items are in the ledger, settled or not: it is at work."""
    wait_until(lambda: _states(service).total() >= count, seconds=120, what=f"{count} items ({service.log})")


def wait_for_letters(service: Service, *, seconds: float = 180) -> None:
    """Until nothing that is due waits to go out."""
    busy = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state.in_(("pending", "sending")))
    wait_until(lambda: _number(service, busy) == 0, seconds=seconds, what=f"an empty outbox ({service.log})")


def is_settled(service: Service, count: int) -> bool:
    """Whether so many items are in the ledger and none of them is pending."""
    states = _states(service)
    return sum(states.values()) >= count and not states["pending"]


def outbox_rows(service: Service) -> list[sa.Row[Any]]:
    """All that was ever to go out, with what the commands do not show: occasions and Message-IDs."""
    with service.store.read() as connection:
        return list(connection.execute(sa.select(outbox).order_by(outbox.c.id)))


def wait_for_channel(service: Service, name: str, *, paused: bool, seconds: float = 60) -> dict[str, Any]:
    """Until a channel is paused, or no more; return what `status` says of it then."""
    query = sa.select(channels.c.paused_at).where(channels.c.name == name)

    def is_so() -> bool:
        with service.store.read() as connection:
            return (connection.scalar(query) is not None) is paused

    wait_until(is_so, seconds=seconds, what=f"{name} {'paused' if paused else 'at work again'} ({service.log})")
    told: dict[str, Any] = next(one for one in service.json("status")["channels"] if one["name"] == name)
    return told


def check_books(service: Service, letters: Sequence[Letter], smtp: SmtpServer) -> list[dict[str, Any]]:
    """Everything that must hold once the post is settled, whatever happened meanwhile; returns the cases."""
    check_audit(service)
    fates = check_ledger(service, letters)
    cases = check_cases(service, fates)
    check_sent(service, smtp)
    return cases


def check_audit(service: Service, *, gone: int = 0) -> None:
    """The service's own audit finds nothing, and what its sources hold is what its ledger holds; so many have `gone` from them."""
    found = service.json("audit")
    assert found, "the audit checks nothing"
    found |= compare_sources(service)
    found["item_beyond_source"] -= gone
    count_audit(found)
    assert {name: count for name, count in found.items() if count} == {}


def check_ledger(service: Service, letters: Sequence[Letter]) -> dict[int, Letter]:
    """Each mail stands in the ledger once, as it was sent and with the fate it must have; its letter by the row's id."""
    posted: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        posted[_digest(letter.raw)].append(letter)
    found: dict[int, Letter] = {}
    for row in _ledger(service):
        raw = get_blob(service.store.blobs, row.raw_blob) if row.raw_blob else bytes(row.raw)
        assert posted[_digest(raw)], f"inbox row {row.id} stands there once too often"
        same_fate = [letter for letter in posted[_digest(raw)] if letter.fate == row.state]
        assert same_fate, f"{posted[_digest(raw)][0].name or row.id} is {row.state}: {row.reason}"
        found[row.id] = same_fate[0]
        posted[_digest(raw)].remove(same_fate[0])
    assert [letter.name for rest in posted.values() for letter in rest] == [], "never came in"
    told = Counter(item["state"] for item in service.json("inbox"))
    assert told == Counter(letter.fate for letter in letters)
    return found


def check_cases(service: Service, fates: dict[int, Letter]) -> list[dict[str, Any]]:
    """Each routed mail stands in one case once; a thread is one case; each open case has one owner, and a reason for it."""
    listed = service.json("conversations")
    keys = [case["key"] for case in listed]
    assert len(keys) == len(set(keys))
    cases = service.json("show", *keys)
    case_of: dict[int, str] = {}
    for case in cases:
        check_one_owner(case)
        for message in case["messages"]:
            row_id = message["raw"]["inbox_id"]
            assert row_id not in case_of, f"inbox row {row_id} stands in {case_of[row_id]} and in {case['key']}"
            case_of[row_id] = case["key"]
    assert set(case_of) == {row_id for row_id, letter in fates.items() if letter.fate == "routed"}
    threads: dict[str, set[str]] = defaultdict(set)
    for row_id, key in case_of.items():
        threads[fates[row_id].thread].add(key)
    assert {name: found for name, found in threads.items() if len(found) != 1} == {}, "torn apart"
    assert len(threads) == len(keys), "threads that have nothing to do with each other share a case"
    for case in cases:
        for one in case["assignments"]:
            assert one["reason"], case["key"]
            assert one["agent"] in {each["agent"] for each in one["decision"]["considered"]}, case["key"]
    return list(cases)


def check_explanations(service: Service, cases: Sequence[dict[str, Any]]) -> None:
    """`explain` says in words why, tried on a case of each reason that there is."""
    of_reason = {one["reason"]: case for case in cases for one in case["assignments"]}
    assert len(of_reason) > 1
    for reason, case in of_reason.items():
        explained = service.json("explain", case["key"])
        told = {one["reason"]: one["why"] for one in explained["assignments"]}
        assert told.get(reason), explained
        assert explained["owner"] == case["owner"]
        assert len(explained["messages"]) == len(case["messages"])


def check_one_owner(case: dict[str, Any]) -> None:
    """An open case has exactly one open assignment, and it is its owner's."""
    holding = [one["agent"] for one in case["assignments"] if one["released_at"] is None]
    assert holding == [case["owner"]], f"{case['key']} is {case['owner']}'s, says its row; its assignments: {holding}"


def check_sent(service: Service, smtp: SmtpServer) -> None:
    """What the mail server took is what the outbox says went out: each once, or again under its own Message-ID if marked."""
    rows = outbox_rows(service)
    by_id = {row.message_id: row for row in rows if row.message_id}
    taken = Counter(message_id(mail) for mail in smtp.taken)
    for row in rows:
        if row.state == "sent" and row.message_id:
            assert taken[row.message_id] >= 1, f"outbox row {row.id} says sent; the server never got it"
    for found, times in taken.items():
        attempts = by_id[found].attempts if found in by_id else 1
        assert times <= max(attempts, 1), f"{found} went out {times} times; its row is marked with {attempts} attempts"
    notices = Counter((row.conversation_id, row.assignment_number) for row in rows if row.kind == "notice")
    assert {about: times for about, times in notices.items() if times > 1} == {}, "told twice of one turn"
    assert not [row for row in rows if row.state == "sending"]


def message_id(mail: Taken) -> str:
    """The Message-ID that a mail went out under."""
    head = mail.raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    lines = [line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:")]
    assert len(lines) == 1
    return lines[0].partition(b":")[2].strip().decode()


def to_staff(smtp: SmtpServer) -> list[Taken]:
    """What went out to our own people."""
    return [mail for mail in smtp.taken if set(mail.recipients) & set(STAFF)]


def to_customers(smtp: SmtpServer) -> list[Taken]:
    """What went out to anybody else."""
    return [mail for mail in smtp.taken if not set(mail.recipients) & set(STAFF)]


def _states(service: Service) -> Counter[str]:
    with service.store.read() as connection:
        return Counter(connection.scalars(sa.select(inbox.c.state)))


def _ledger(service: Service) -> list[sa.Row[Any]]:
    with service.store.read() as connection:
        return list(connection.execute(sa.select(inbox).order_by(inbox.c.id)))


def _number(service: Service, query: sa.Select[Any]) -> int:
    with service.store.read() as connection:
        return int(connection.scalar(query) or 0)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
