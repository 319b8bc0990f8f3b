"""What the database itself must refuse, each as the change that would break it. Tried on every engine, after every migration."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from tests.store.rows import (
    EARLIER,
    NOW,
    add_assignment,
    add_case,
    add_clock,
    add_conversation,
    add_event,
    add_house,
    add_inbox,
    add_letter,
    add_message,
    add_remote_file,
    change_case,
    everything,
    hand_over,
    release,
    resolve,
)
from ventanilla.store import tables as t
from ventanilla.store.engine import Store
from ventanilla.store.seals import seal_pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A change that must not be possible, and the constraint, trigger or type that says so."""

    change: Callable[[sa.Connection], object]
    refused_by: str


BREAKS: dict[str, Break] = {}
"""By name. Case 1 is ana's under assignment 1; case 2 was ana's and is luis's under assignment 2; case 3 is resolved; inbox
rows 1 and 2 wait, and row 3 is case 2's first message."""


def lay_ground(store: Store) -> None:
    """What every break starts from; committing it shows that all of this is allowed."""
    with store.write() as connection:
        add_house(connection)
        add_case(connection, 1, "ana")
        add_case(connection, 2, "ana")
        add_case(connection, 3, "marta")
        add_event(connection)
        for row_id in (1, 2):
            add_inbox(connection, row_id)
        add_inbox(connection, 3, state="routed", routed_at=NOW)
        add_message(connection, 2, inbox_id=3)
        add_letter(connection)
    with store.write() as connection:
        hand_over(connection, 2, 2, "luis")
        resolve(connection, 3, 1)
        seal_pending(connection, now=NOW, limit=100)


def check_refused(store: Store, name: str) -> None:
    """One break fails, at its statement or at the commit, and leaves everything as it was."""
    with store.read() as connection:
        before = everything(connection)
    with pytest.raises(StatementError) as caught, store.write() as connection:
        BREAKS[name].change(connection)
    assert _is_the_reason(caught.value, BREAKS[name].refused_by), caught.value
    with store.read() as connection:
        assert everything(connection) == before


def _is_the_reason(error: StatementError, refused_by: str) -> bool:
    """Whether the engine names this constraint. SQLite names CHECKs alone, and of a foreign key or a key only its sort."""
    if isinstance(error.orig, sqlite3.IntegrityError) and refused_by.startswith(("fk_", "uq_", "pk_")):
        return str(error.orig).startswith(("FOREIGN KEY", "UNIQUE"))
    return refused_by in str(error.orig)


def promise(refused_by: str) -> Callable[[Callable[[sa.Connection], object]], object]:
    def note(change: Callable[[sa.Connection], object]) -> object:
        BREAKS[change.__name__] = Break(change=change, refused_by=refused_by)
        return change

    return note


def _update(table: sa.Table, **columns: Any) -> sa.Update:
    return sa.update(table).values(columns)


# Exactly one responsible person.


@promise("fk_conversations_open_assignment")
def release_without_a_successor(connection: sa.Connection) -> None:
    release(connection, 1, 1)


@promise("uq_assignments_one_open")
def two_open_assignments(connection: sa.Connection) -> None:
    add_assignment(connection, 1, 2, "luis")


@promise("uq_assignments_one_open")
def a_second_open_assignment_that_the_case_points_at(connection: sa.Connection) -> None:
    change_case(connection, 1, owner="luis", assignment_number=2)
    add_assignment(connection, 1, 2, "luis")


@promise("fk_conversations_open_assignment")
def an_owner_who_differs_from_the_assignment(connection: sa.Connection) -> None:
    change_case(connection, 1, owner="luis")


@promise("fk_conversations_open_assignment")
def an_assignment_that_differs_from_the_owner(connection: sa.Connection) -> None:
    connection.execute(_update(t.assignments, agent="luis").where(t.assignments.c.conversation_id == 1))


@promise("fk_conversations_open_assignment")
def pointing_at_another_cases_assignment(connection: sa.Connection) -> None:
    release(connection, 1, 1)
    change_case(connection, 1, owner="luis", assignment_number=2)


@promise("fk_assignments_owned_conversation")
def pointing_at_a_released_assignment(connection: sa.Connection) -> None:
    change_case(connection, 2, owner="ana", assignment_number=1)


@promise("fk_conversations_open_assignment")
def moving_an_open_assignment_to_another_case(connection: sa.Connection) -> None:
    this = (t.assignments.c.conversation_id == 2) & (t.assignments.c.number == 2)
    connection.execute(_update(t.assignments, conversation_id=3).where(this))


@promise("fk_assignments_owned_conversation")
def two_cases_that_swap_their_assignments(connection: sa.Connection) -> None:
    change_case(connection, 1, owner="luis", assignment_number=2)
    change_case(connection, 2, owner="ana", assignment_number=1)


@promise("fk_conversations_open_assignment")
def deleting_the_open_assignment(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.assignments).where(t.assignments.c.conversation_id == 1))


@promise("fk_assignments_owned_conversation")
def deleting_a_case_and_leaving_its_assignments(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.conversations).where(t.conversations.c.id == 1))


@promise("fk_conversations_owner")
def deleting_an_owner(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.team_members))
    connection.execute(sa.delete(t.agents).where(t.agents.c.name == "luis"))


@promise("fk_assignments_agent")
def an_owner_whom_nobody_knows(connection: sa.Connection) -> None:
    connection.execute(_update(t.assignments, agent="nobody").where(t.assignments.c.conversation_id == 1))
    change_case(connection, 1, owner="nobody")


@promise("fk_conversations_open_assignment")
def an_open_case_without_an_assignment(connection: sa.Connection) -> None:
    add_conversation(connection, 9, "ana")


@promise("fk_assignments_owned_conversation")
def an_assignment_without_a_case(connection: sa.Connection) -> None:
    add_assignment(connection, 9, 1, "ana")


@promise("fk_assignments_conversation_id")
def a_released_assignment_without_a_case(connection: sa.Connection) -> None:
    add_assignment(connection, 9, 1, "ana", is_open=None, released_at=NOW)


@promise("fk_assignments_owned_conversation")
def an_open_assignment_of_a_resolved_case(connection: sa.Connection) -> None:
    add_assignment(connection, 3, 2, "marta")


@promise("fk_assignments_owned_conversation")
def opening_a_resolved_cases_assignment_again(connection: sa.Connection) -> None:
    this = t.assignments.c.conversation_id == 3
    connection.execute(_update(t.assignments, is_open=1, released_at=None).where(this))


@promise("fk_assignments_owned_conversation")
def resolving_without_releasing(connection: sa.Connection) -> None:
    change_case(connection, 1, state="resolved", owned=None, waiting_since=None)


@promise("fk_conversations_open_assignment")
def reopening_without_an_assignment(connection: sa.Connection) -> None:
    change_case(connection, 3, state="open", owned=1)


@promise("owner")
def an_owned_case_without_an_owner(connection: sa.Connection) -> None:
    change_case(connection, 1, owner=None)


@promise("assignment_number")
def a_case_without_an_assignment_number(connection: sa.Connection) -> None:
    change_case(connection, 1, assignment_number=None)


@promise("ck_conversations_owned")
def an_open_case_that_is_not_owned(connection: sa.Connection) -> None:
    release(connection, 1, 1)
    change_case(connection, 1, owned=None, waiting_since=None)


@promise("ck_conversations_owned")
def a_case_waiting_on_its_customer_that_is_not_owned(connection: sa.Connection) -> None:
    change_case(connection, 3, state="waiting_customer")


@promise("ck_conversations_owned")
def a_case_waiting_on_others_that_is_not_owned(connection: sa.Connection) -> None:
    change_case(connection, 3, state="waiting_third_party")


@promise("ck_conversations_owned")
def a_resolved_case_that_is_owned(connection: sa.Connection) -> None:
    change_case(connection, 1, state="resolved")


@promise("ck_conversations_owned")
def a_closed_case_that_is_owned(connection: sa.Connection) -> None:
    change_case(connection, 1, state="closed")


@promise("ck_conversations_owned")
def spam_that_is_owned(connection: sa.Connection) -> None:
    change_case(connection, 1, state="spam")


@promise("ck_assignments_is_open")
def owned_with_another_number_than_1(connection: sa.Connection) -> None:
    this = t.assignments.c.conversation_id == 1
    connection.execute(_update(t.assignments, is_open=2).where(this))
    change_case(connection, 1, owned=2)


@promise("ck_conversations_owned")
def owned_zero(connection: sa.Connection) -> None:
    change_case(connection, 3, owned=0)


@promise("ck_assignments_is_open")
def an_assignment_both_open_and_released(connection: sa.Connection) -> None:
    connection.execute(_update(t.assignments, released_at=NOW).where(t.assignments.c.conversation_id == 1))


@promise("ck_assignments_is_open")
def an_assignment_neither_open_nor_released(connection: sa.Connection) -> None:
    connection.execute(_update(t.assignments, released_at=None).where(t.assignments.c.conversation_id == 3))


@promise("ck_assignments_number")
def an_assignment_numbered_zero(connection: sa.Connection) -> None:
    add_assignment(connection, 3, 0, "marta", is_open=None, released_at=NOW)


@promise("pk_assignments")
def the_same_assignment_number_twice(connection: sa.Connection) -> None:
    add_assignment(connection, 3, 1, "ana", is_open=None, released_at=NOW)


# What a message must name.


@promise("ck_messages_inbound_has_assignment")
def an_inbound_message_without_an_assignment(connection: sa.Connection) -> None:
    add_message(connection, 1, assignment_number=None)


@promise("ck_messages_inbound_has_source")
def an_inbound_message_without_its_source(connection: sa.Connection) -> None:
    add_message(connection, 1, inbox_id=None)


@promise("fk_messages_assignment")
def a_message_under_another_cases_assignment(connection: sa.Connection) -> None:
    add_message(connection, 1, assignment_number=2)


@promise("fk_messages_assignment")
def a_message_that_moves_to_a_case_without_its_assignment(connection: sa.Connection) -> None:
    connection.execute(_update(t.messages, conversation_id=1, assignment_number=2).where(t.messages.c.inbox_id == 3))


@promise("fk_messages_conversation_id")
def a_message_of_no_case(connection: sa.Connection) -> None:
    add_message(connection, 9)


@promise("uq_messages_inbox_id")
def one_item_as_two_messages(connection: sa.Connection) -> None:
    add_message(connection, 1, inbox_id=3)


@promise("uq_messages_outbox_id")
def one_reply_as_two_messages(connection: sa.Connection) -> None:
    for _ in range(2):
        add_message(connection, 1, direction="out", inbox_id=None, outbox_id=1)


@promise("fk_messages_version_of")
def a_version_of_another_cases_message(connection: sa.Connection) -> None:
    add_message(connection, 1, edits=1)


@promise("fk_messages_version_of")
def a_version_that_moves_to_another_case(connection: sa.Connection) -> None:
    add_message(connection, 2, edits=1)
    connection.execute(_update(t.messages, conversation_id=1).where(t.messages.c.edits == 1))


@promise("ck_messages_edits_another")
def a_message_that_is_a_version_of_itself(connection: sa.Connection) -> None:
    connection.execute(_update(t.messages, edits=1).where(t.messages.c.id == 1))


# Nothing is doubled.


@promise("uq_conversations_one_chat")
def two_open_chats_of_one_address(connection: sa.Connection) -> None:
    for case_id in (1, 2):
        change_case(connection, case_id, conversational=True, account="+34910000000", address="+34600000000")


@promise("uq_inbox_source_item_key")
def the_same_source_item_twice(connection: sa.Connection) -> None:
    add_inbox(connection, 9, item_key="INBOX/1/1")


@promise("uq_conversations_key")
def the_same_case_key_twice(connection: sa.Connection) -> None:
    add_case(connection, 9, "ana", key="KEY-1")


@promise("pk_addresses")
def one_address_of_two_contacts(connection: sa.Connection) -> None:
    connection.execute(sa.insert(t.contacts).values(name="Eva again", tags=[], created_at=NOW))
    row = {"kind": "email", "value": "eva@example.org", "contact_id": 2, "created_at": NOW}
    connection.execute(sa.insert(t.addresses).values(row))


@promise("pk_erased_opt_outs")
def one_wish_of_an_erased_customer_twice(connection: sa.Connection) -> None:
    for _ in range(2):
        connection.execute(sa.insert(t.erased_opt_outs).values(mark="a" * 64, opted_out_at=NOW))


@promise("ck_addresses_linked")
def an_address_that_came_from_where_it_is(connection: sa.Connection) -> None:
    connection.execute(_update(t.addresses, linked_from=1))


@promise("fk_addresses_linked_from")
def an_address_that_came_from_nobody(connection: sa.Connection) -> None:
    connection.execute(_update(t.addresses, linked_from=99))


@promise("ck_contact_suggestions_order")
def a_contact_who_may_be_themselves(connection: sa.Connection) -> None:
    pair = {"contact_id": 1, "other_id": 1, "reason": "x", "created_at": NOW}
    connection.execute(sa.insert(t.contact_suggestions).values(pair))


@promise("uq_outbox_dedupe_key")
def the_same_occasion_twice_in_the_outbox(connection: sa.Connection) -> None:
    add_letter(connection)


@promise("ck_installation_single")
def two_installations_in_one_store(connection: sa.Connection) -> None:
    row = {"id": 2, "instance": "a", "signing_key": b"k", "created_at": NOW}
    connection.execute(sa.insert(t.installation).values(row))


# The log.


@promise("append-only")
def changing_an_event(connection: sa.Connection) -> None:
    connection.execute(_update(t.events, at=NOW))


@promise("append-only")
def deleting_an_event(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.events))


@promise("append-only")
def emptying_the_log(connection: sa.Connection) -> None:
    truncate = "TRUNCATE events" if connection.dialect.name == "postgresql" else "DELETE FROM events"
    connection.exec_driver_sql(truncate)


@promise("append-only")
def changing_a_seal(connection: sa.Connection) -> None:
    connection.execute(_update(t.seals, hash="0" * 64))


@promise("append-only")
def deleting_a_seal(connection: sa.Connection) -> None:
    connection.execute(sa.delete(t.seals))


@promise("append-only")
def emptying_the_chain(connection: sa.Connection) -> None:
    truncate = "TRUNCATE seals" if connection.dialect.name == "postgresql" else "DELETE FROM seals"
    connection.exec_driver_sql(truncate)


@promise("uq_seals_event_id")
def sealing_an_event_twice(connection: sa.Connection) -> None:
    connection.execute(sa.insert(t.seals).values(number=9, event_id=1, hash="0" * 64))


@promise("fk_legal_holds_conversation_id")
def a_legal_hold_on_nothing(connection: sa.Connection) -> None:
    hold = {"conversation_id": 99, "reason": "x", "set_by": "ana", "since": NOW}
    connection.execute(sa.insert(t.legal_holds).values(hold))


@promise("ck_legal_holds_ended")
def a_legal_hold_that_ended_by_nobody(connection: sa.Connection) -> None:
    hold = {"conversation_id": 1, "reason": "x", "set_by": "ana", "since": NOW, "ended_at": NOW}
    connection.execute(sa.insert(t.legal_holds).values(hold))


# Clocks.


@promise("fk_clocks_conversation_id")
def a_clock_of_no_case(connection: sa.Connection) -> None:
    add_clock(connection, conversation_id=99)


@promise("pk_clocks")
def the_same_clock_twice(connection: sa.Connection) -> None:
    for _ in range(2):
        add_clock(connection)


@promise("ck_clocks_metric")
def a_clock_of_something_else(connection: sa.Connection) -> None:
    add_clock(connection, metric="patience")


@promise("ck_clocks_ended")
def a_clock_that_ended_in_no_known_way(connection: sa.Connection) -> None:
    add_clock(connection, ended="forgotten", stopped_at=NOW, elapsed=1, business=1)


@promise("ck_clocks_kind")
def a_clock_of_an_unknown_kind_of_case(connection: sa.Connection) -> None:
    add_clock(connection, kind="riddle")


@promise("ck_clocks_priority")
def a_clock_of_an_unknown_priority(connection: sa.Connection) -> None:
    add_clock(connection, priority="whenever")


@promise("ck_clocks_number")
def a_clock_numbered_zero(connection: sa.Connection) -> None:
    add_clock(connection, number=0)


@promise("ck_clocks_ended_when_stopped")
def a_clock_that_stopped_and_did_not_end(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, elapsed=1, business=1)


@promise("ck_clocks_measured_when_stopped")
def a_clock_that_stopped_and_was_not_measured(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, ended="replied")


@promise("ck_clocks_measured_twice")
def a_clock_without_its_business_time(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, ended="replied", elapsed=1)


@promise("ck_clocks_runs_forward")
def an_answer_before_the_question(connection: sa.Connection) -> None:
    before = EARLIER - timedelta(seconds=1)
    add_clock(connection, stopped_at=before, ended="replied", elapsed=-1_000_000, business=0)


@promise("ck_clocks_paused_while_running")
def a_pause_of_what_has_ended(connection: sa.Connection) -> None:
    add_clock(connection, stopped_at=NOW, ended="resolved", elapsed=1, business=1, paused_since=EARLIER)


@promise("ck_bookkeeping_single")
def two_books(connection: sa.Connection) -> None:
    connection.execute(sa.insert(t.bookkeeping).values(id=2, data={}))


# Honest times.


@promise("naive datetime")
def a_naive_datetime(connection: sa.Connection) -> None:
    change_case(connection, 1, waiting_since=datetime(2026, 11, 20, 9, 30))


@promise("naive datetime")
def a_naive_datetime_in_a_comparison(connection: sa.Connection) -> None:
    naive = datetime(2026, 11, 20, 9, 30)
    connection.execute(_update(t.inbox, note="x").where(t.inbox.c.pulled_at < naive))


@promise("ck_inbox_received_before_pulled")
def received_after_it_was_pulled(connection: sa.Connection) -> None:
    add_inbox(connection, 9, received_at=NOW + timedelta(microseconds=1))


@promise("ck_inbox_settled")
def a_pending_item_with_a_time_of_routing(connection: sa.Connection) -> None:
    connection.execute(_update(t.inbox, routed_at=NOW).where(t.inbox.c.id == 1))


@promise("ck_inbox_settled")
def a_settled_item_without_a_time_of_routing(connection: sa.Connection) -> None:
    connection.execute(_update(t.inbox, state="screened").where(t.inbox.c.id == 1))


@promise("ck_conversations_waiting_is_owned")
def a_resolved_case_whose_customer_waits(connection: sa.Connection) -> None:
    change_case(connection, 3, waiting_since=EARLIER)


@promise("ck_conversations_line_is_owned")
def a_resolved_case_in_line(connection: sa.Connection) -> None:
    change_case(connection, 3, line_since=EARLIER)


@promise("ck_absences_order")
def an_absence_that_ends_before_it_starts(connection: sa.Connection) -> None:
    row = {"agent": "ana", "starts_at": NOW, "ends_at": EARLIER, "created_at": NOW}
    connection.execute(sa.insert(t.absences).values(row))


@promise("ck_outbox_sending")
def sending_with_nobody_who_does(connection: sa.Connection) -> None:
    connection.execute(_update(t.outbox, state="sending"))


@promise("ck_outbox_sent")
def sent_without_a_time(connection: sa.Connection) -> None:
    connection.execute(_update(t.outbox, state="sent"))


# Loads.


@promise("ck_agents_load")
def a_load_below_zero(connection: sa.Connection) -> None:
    connection.execute(_update(t.agents, load=t.agents.c.load - 1).where(t.agents.c.name == "ana"))


@promise("ck_agents_capacity")
def a_capacity_of_nothing(connection: sa.Connection) -> None:
    connection.execute(_update(t.agents, capacity=0).where(t.agents.c.name == "ana"))


# Who can be reached.


@promise("ck_agents_telegram_is_proven")
def an_account_that_nobody_has_proven(connection: sa.Connection) -> None:
    connection.execute(_update(t.agents, telegram="1111").where(t.agents.c.name == "ana"))


@promise("ck_agents_telegram_refused")
def an_account_that_refuses_us_and_is_none(connection: sa.Connection) -> None:
    connection.execute(_update(t.agents, telegram_refused_at=NOW).where(t.agents.c.name == "ana"))


@promise("ck_invitations_purpose")
def an_invitation_to_nothing(connection: sa.Connection) -> None:
    token = {"token_sha256": "0" * 64, "agent": "ana", "created_at": NOW, "expires_at": NOW}
    connection.execute(sa.insert(t.invitations).values(purpose="party", **token))


# Words.


@promise("ck_inbox_state")
def an_unknown_state_of_an_item(connection: sa.Connection) -> None:
    connection.execute(_update(t.inbox, state="lost", routed_at=NOW).where(t.inbox.c.id == 1))


@promise("ck_conversations_state")
def an_unknown_state_of_a_case(connection: sa.Connection) -> None:
    change_case(connection, 3, state="forgotten")


@promise("ck_conversations_kind")
def an_unknown_kind_of_case(connection: sa.Connection) -> None:
    change_case(connection, 1, kind="rant")


@promise("ck_conversations_priority")
def an_unknown_priority(connection: sa.Connection) -> None:
    change_case(connection, 1, priority="hurry")


@promise("ck_outbox_state")
def an_unknown_state_of_a_delivery(connection: sa.Connection) -> None:
    connection.execute(_update(t.outbox, state="perhaps"))


@promise("ck_outbox_kind")
def an_unknown_kind_of_letter(connection: sa.Connection) -> None:
    connection.execute(_update(t.outbox, kind="poem"))


@promise("ck_channels_mode")
def an_unknown_mode_of_a_channel(connection: sa.Connection) -> None:
    connection.execute(_update(t.channels, mode="loud"))


@promise("ck_addresses_kind")
def an_unknown_kind_of_address(connection: sa.Connection) -> None:
    connection.execute(_update(t.addresses, kind="pigeon"))


@promise("ck_messages_direction")
def an_unknown_direction(connection: sa.Connection) -> None:
    connection.execute(_update(t.messages, direction="sideways"))


@promise("ck_conversations_merged")
def merged_into_nothing(connection: sa.Connection) -> None:
    change_case(connection, 3, state="merged")


@promise("ck_conversations_merged")
def merged_and_still_something_else(connection: sa.Connection) -> None:
    change_case(connection, 3, merged_into=1)


# Files that lie at a provider, and what it reports of what we sent.


@promise("ck_remote_files_state")
def an_unknown_state_of_a_file(connection: sa.Connection) -> None:
    add_remote_file(connection, state="mislaid")


@promise("ck_remote_files_fetched")
def a_file_that_was_fetched_at_no_time(connection: sa.Connection) -> None:
    add_remote_file(connection, state="fetched")


@promise("ck_remote_files_fetched")
def a_pending_file_that_was_fetched(connection: sa.Connection) -> None:
    add_remote_file(connection, fetched_at=NOW)


@promise("fk_remote_files_message_id")
def a_file_of_a_message_that_is_none(connection: sa.Connection) -> None:
    add_remote_file(connection, message_id=99)


@promise("uq_remote_files_message_id_position")
def two_files_at_one_place_of_a_message(connection: sa.Connection) -> None:
    for _ in range(2):
        add_remote_file(connection)


@promise("ck_delivery_reports_state")
def an_unknown_state_that_a_provider_reports(connection: sa.Connection) -> None:
    report = {"via": "chat", "external_id": "SM1", "state": "perhaps", "rank": 2, "at": NOW}
    connection.execute(sa.insert(t.delivery_reports).values(report))


# The life of a case, and what its people do.


@promise("ck_conversations_origin")
def an_unknown_origin(connection: sa.Connection) -> None:
    change_case(connection, 1, origin="nowhere")


@promise("ck_conversations_resolution")
def an_unknown_resolution(connection: sa.Connection) -> None:
    change_case(connection, 3, resolution="forgotten")


@promise("ck_conversations_resolved")
def an_open_case_that_says_how_it_ended(connection: sa.Connection) -> None:
    change_case(connection, 1, resolution="answered")


@promise("ck_conversations_wait_until")
def a_case_that_waits_for_nobody_until_a_date(connection: sa.Connection) -> None:
    change_case(connection, 1, wait_until=NOW)


@promise("ck_conversations_closed")
def an_open_case_that_was_closed(connection: sa.Connection) -> None:
    change_case(connection, 1, closed_at=NOW)


@promise("ck_messages_side")
def an_unknown_side(connection: sa.Connection) -> None:
    connection.execute(_update(t.messages, side="elsewhere"))


@promise("ck_messages_outcome")
def an_unknown_outcome_of_a_call(connection: sa.Connection) -> None:
    connection.execute(_update(t.messages, outcome="busy"))


@promise("ck_messages_closes_a_turn")
def a_customers_message_that_ends_their_own_turn(connection: sa.Connection) -> None:
    connection.execute(_update(t.messages, turn_since=EARLIER))


@promise("ck_messages_automatic_is_no_reply")
def an_automatic_text_that_counts_as_a_reply(connection: sa.Connection) -> None:
    connection.execute(_update(t.messages, automatic=True, replied_at=NOW))


@promise("ck_notes_side")
def a_note_from_an_unknown_side(connection: sa.Connection) -> None:
    note = {"conversation_id": 1, "agent": "ana", "side": "elsewhere", "text": "x", "created_at": NOW}
    connection.execute(sa.insert(t.notes).values(note))


RESTRICTED: dict[str, Any] = {
    "restriction": "restricted",
    "restricted_to": "ana",
    "restriction_reason": "x",
    "restricted_by": "ana",
}
RESTRICTED["restricted_at"] = NOW


@promise("ck_contacts_restriction")
def an_unknown_restriction(connection: sa.Connection) -> None:
    connection.execute(_update(t.contacts, **RESTRICTED | {"restriction": "disliked"}))


@promise("ck_contacts_restricted_has_owner")
def a_restricted_customer_with_nobody_who_answers_for_them(connection: sa.Connection) -> None:
    connection.execute(_update(t.contacts, **RESTRICTED | {"restricted_to": None}))


@promise("ck_contacts_blocked_expires")
def a_customer_blocked_for_ever(connection: sa.Connection) -> None:
    connection.execute(_update(t.contacts, **RESTRICTED | {"restriction": "blocked"}))


@promise("ck_contacts_restriction_is_explained")
def a_restriction_without_a_reason(connection: sa.Connection) -> None:
    connection.execute(_update(t.contacts, **RESTRICTED | {"restriction_reason": None}))


import tests.store.promises_desk  # noqa: E402, F401  what is refused about the desk registers itself here
