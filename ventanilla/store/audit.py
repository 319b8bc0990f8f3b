"""The audit: every promise that the store can be asked about, and how often it is broken. Reads only; repairs nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from ventanilla.store.audits import answers, chain, chats, clocks, customers, ledger, letters, responsibility, storage

Check = Callable[[sa.Connection], int]


def audit(connection: sa.Connection, *, blobs: Path, now: datetime, hash_blobs: bool = False) -> dict[str, int]:
    """How many violations of each promise there are, by the check's name; all 0 when every promise holds.

    `hash_blobs` reads every blob and compares it with its name, which takes as long as reading them does.
    """
    return {name: check(connection) for name, check in _checks(blobs, now, hash_blobs).items()}


def promises() -> dict[str, str]:
    """What each check guards, in a sentence."""
    return {name: _promise(check) for name, check in _checks(Path(), datetime.min, True).items()}  # noqa: DTZ901


def _checks(blobs: Path, now: datetime, hash_blobs: bool) -> dict[str, Check]:
    found: tuple[Check, ...] = (
        responsibility.open_case_without_exactly_one_open_assignment,
        responsibility.open_assignment_without_open_case,
        responsibility.owner_differs_from_assignment,
        responsibility.owner_not_with_us,
        responsibility.load_differs_from_count,
        responsibility.inbound_message_without_assignment,
        responsibility.message_of_unknown_assignment,
        responsibility.open_case_without_message,
        ledger.item_in_ledger_twice,
        ledger.same_item_routed_twice,
        ledger.routed_item_without_message,
        ledger.message_without_routed_item,
        partial(ledger.pending_too_long, now=now),
        letters.owner_not_told,
        letters.turn_not_told,
        letters.failed_notice_not_escalated,
        letters.acknowledged_twice,
        partial(letters.sending_too_long, now=now),
        answers.answer_without_message,
        answers.answer_gone_but_not_stamped,
        answers.failed_answer_ends_a_turn,
        answers.first_response_of_nothing,
        chats.second_open_chat_of_an_address,
        chats.version_apart_from_its_message,
        chats.file_of_nothing_received,
        customers.case_of_nobody,
        customers.case_apart_from_its_address,
        customers.suggestion_of_nobody,
        clocks.clocks_differ_from_events,
        clocks.due_time_not_in_log,
        clocks.due_time_differs_from_clock,
        clocks.promise_told_twice,
        storage.event_of_nothing,
        chain.event_changed,
        chain.event_gone,
        chain.seal_missing,
        chain.event_not_sealed,
        partial(storage.blob_missing, blobs=blobs),
        *((partial(storage.blob_damaged, blobs=blobs),) if hash_blobs else ()),
        storage.broken_reference,
        storage.damaged_database,
    )
    return {_function(check).__name__: check for check in found}


def _promise(check: Check) -> str:
    return (_function(check).__doc__ or "").split(". ")[0].split(" (")[0].rstrip(".").strip()


def _function(check: Check) -> Callable[..., int]:
    return check.func if isinstance(check, partial) else check
