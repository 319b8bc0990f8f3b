"""Cases that are one, cases that are two, and one answer for two channels: owners, clocks, keys and messages afterwards."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.answered_in import answered_in
from router.moves.base import find_case
from router.moves.collaborate import add_collaborator, remove_collaborator
from router.moves.held import UNPROVEN, release_held_answer
from router.moves.merge import merge, unmerge
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from router.moves.resolve import resolve
from router.moves.split import split
from router.moves.wait import wait
from router.replies.answered import note_reply_failed
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.moving import acting, case_of, do, go_out, happened, is_sound
from tests.servers.ports import wait_until
from tests.store.test_linking import in_the_background, waits_for_a_lock
from ventanilla.channel import Attachment
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, assignments, attachments, conversations, messages, outbox
from ventanilla.words import EventKind, OutboxKind


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def mails(house: ChatHouse, count: int = 2, *, minutes: int = 10, **more: Any) -> list[sa.Row[Any]]:
    """So many mails of one customer, one after the other, each a case of its own."""
    for number in range(count):
        house.take("soporte", letter(f"Carta {number}", subject=f"Asunto {number}", **more))
        house.later(minutes=minutes)
    return house.rows(conversations)[-count:]


def answer(house: ChatHouse, case: sa.Row[Any], text: str = "Sale hoy.") -> sa.Row[Any]:
    with acting(house, case.owner) as move:
        written = write_reply(move, find_case(move, case.key), Answer(text=text))
    go_out(house, written.outbox_id)
    (row,) = house.rows(messages, lambda t: t.c.id == written.message_id)
    return row


def fails(house: ChatHouse, sent: sa.Row[Any]) -> None:
    """Its provider says that an answer never arrived."""
    journal = Journal(now=house.now, actor="deliverer")
    with house.store.write() as connection:
        failed = sa.update(outbox).where(outbox.c.id == sent.outbox_id).values(state="failed", reason="no such user")
        row = connection.execute(failed.returning(outbox)).one()
        note_reply_failed(connection, house.router.house, row, journal)
        journal.flush(connection)


def test_a_merged_case_leaves_one_turn_from_the_earlier_of_the_two(house: ChatHouse) -> None:
    first, second = mails(house)

    kept = do(house, merge, first.key, second.key, as_=first.owner)
    again = do(house, merge, first.key, second.key, as_=first.owner)

    row, gone = case_of(house, second.key), case_of(house, first.key)
    assert (kept.key, kept.changed, again.changed) == (second.key, True, False)
    assert (row.waiting_since, row.due_at, row.first_message_at) == (
        first.waiting_since,
        first.due_at,
        first.waiting_since,
    )
    assert (gone.state, gone.merged_into, gone.owned, gone.waiting_since) == ("merged", row.id, None, None)
    (released,) = house.rows(assignments, lambda t: t.c.conversation_id == gone.id)
    assert released.release_reason == "merged"
    assert sum(agent.load for agent in house.rows(agents)) == 1
    assert [message.conversation_id for message in house.rows(messages)] == [first.id, second.id]
    assert is_sound(house)


def test_the_answer_to_a_merged_case_ends_the_one_turn_with_all_its_messages(house: ChatHouse) -> None:
    first, second = mails(house)
    do(house, merge, first.key, second.key, as_=first.owner)

    sent = answer(house, second)

    row = case_of(house, second.key)
    assert (row.state, row.waiting_since, row.first_response_at) == ("waiting_customer", None, house.now)
    assert sent.turn_since == first.waiting_since
    assert is_sound(house)


def test_what_the_customer_writes_to_either_goes_to_the_survivor(house: ChatHouse) -> None:
    first, second = mails(house)
    do(house, merge, first.key, second.key, as_=first.owner)

    house.take("soporte", letter("Y otra cosa", subject=f"Re: Asunto 0 [{first.key}]", case_keys=(first.key,)))

    assert house.rows(messages)[-1].conversation_id == second.id
    assert len(house.rows(conversations)) == 2
    assert is_sound(house)


def test_a_chat_merged_into_a_mails_case_goes_on_there(house: ChatHouse) -> None:
    house.take("chat", chat("Hola"))
    house.take("soporte", letter("Es lo mismo que le puse por el chat"))
    talk, mail = house.rows(conversations)
    with pytest.raises(Refused, match="--yes"):
        do(house, merge, talk.key, mail.key, as_=talk.owner)

    do(house, merge, talk.key, mail.key, customers_differ=True, as_=talk.owner)
    house.take("chat", chat("¿Hay alguien?"))

    assert house.rows(messages)[-1].conversation_id == mail.id
    assert is_sound(house)


def test_unmerging_brings_it_back_as_it_was_with_what_came_since_staying(house: ChatHouse) -> None:
    first, second = mails(house)
    do(house, merge, first.key, second.key, as_=first.owner)
    house.take("soporte", letter("Y otra cosa", subject="Re", case_keys=(first.key,)))

    back = do(house, unmerge, first.key, as_=first.owner)
    again = do(house, unmerge, first.key, as_=first.owner)

    row, kept = case_of(house, first.key), case_of(house, second.key)
    assert (back.changed, again.changed) == (True, False)
    assert (row.state, row.owner, row.waiting_since, row.due_at) == (
        "open",
        first.owner,
        first.waiting_since,
        first.due_at,
    )
    assert (kept.waiting_since, kept.due_at, kept.first_message_at) == (
        second.waiting_since,
        second.due_at,
        second.first_message_at,
    )
    assert [message.conversation_id for message in house.rows(messages)] == [first.id, second.id, second.id]
    assert is_sound(house)


def test_what_was_answered_while_it_was_merged_does_not_wait_again(house: ChatHouse) -> None:
    first, second = mails(house)
    do(house, merge, first.key, second.key, as_=first.owner)
    answer(house, second)
    answered_at = house.now
    house.later(minutes=5)

    do(house, unmerge, first.key, as_=first.owner)

    row = case_of(house, first.key)
    assert (row.state, row.waiting_since, row.first_response_at) == ("waiting_customer", None, answered_at)
    assert case_of(house, second.key).waiting_since is None
    assert is_sound(house)


def test_of_three_cases_merged_in_a_row_each_leads_to_the_last_and_the_second_takes_the_first_back(
    house: ChatHouse,
) -> None:
    one, two, three = mails(house, 3)
    do(house, merge, one.key, two.key, as_=one.owner)
    do(house, merge, two.key, three.key, as_=two.owner)
    assert {case_of(house, case.key).merged_into for case in (one, two)} == {three.id}
    assert case_of(house, three.key).waiting_since == one.waiting_since

    do(house, unmerge, two.key, as_=two.owner)

    assert case_of(house, one.key).merged_into == two.id
    assert case_of(house, two.key).waiting_since == one.waiting_since
    assert case_of(house, three.key).waiting_since == three.waiting_since
    assert is_sound(house)


def test_an_open_case_is_not_merged_into_one_that_is_over(house: ChatHouse) -> None:
    first, second = mails(house)
    do(house, resolve, first.key, text="ya está", as_=first.owner)

    with pytest.raises(Refused, match="merge it into"):
        do(house, merge, second.key, first.key, as_=second.owner)
    with pytest.raises(Refused, match="very same"):
        do(house, merge, second.key, second.key, as_=second.owner)
    do(house, merge, first.key, second.key, as_=second.owner)

    assert case_of(house, first.key).state == "merged"
    do(house, unmerge, first.key, as_=second.owner)
    row = case_of(house, first.key)
    assert (row.state, row.resolution, row.owned) == ("resolved", "unanswered", None)
    assert is_sound(house)


def test_a_split_message_has_a_case_a_clock_and_its_files_of_its_own(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    photo = Attachment(filename="foto.png", content_type="image/png", content=b"png")
    reference = house.rows(messages)[0].external_id
    house.take("soporte", letter("Y el recibo", in_reply_to=(reference,), attachments=(photo,)))
    house.later(minutes=10)
    second = house.rows(messages)[-1]

    new = do(house, split, case.key, second.id, as_=case.owner)
    again = do(house, split, case.key, second.id, as_=case.owner)

    row, old = case_of(house, new.key), case_of(house, case.key)
    assert (new.changed, again.changed, again.key) == (True, False, new.key)
    assert (row.owner, row.state, row.waiting_since, row.first_response_at) == (
        case.owner,
        "open",
        second.received_at,
        None,
    )
    assert old.waiting_since == case.waiting_since
    (moved,) = house.rows(messages, lambda t: t.c.conversation_id == row.id)
    assert (moved.id, moved.assignment_number) == (second.id, 1)
    assert [file.message_id for file in house.rows(attachments)] == [second.id]
    assert {letter.conversation_id for letter in house.letters(OutboxKind.NOTICE)} == {case.id, row.id}
    house.take("soporte", letter("Re: el recibo", in_reply_to=(second.external_id,)))
    assert house.rows(messages)[-1].conversation_id == row.id
    assert is_sound(house)


def test_splitting_off_the_message_that_waits_longest_leaves_the_rest_waiting_from_the_next(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    first = house.rows(messages)[0]
    for text in ("dos", "tres"):
        house.take("soporte", letter(text, in_reply_to=(first.external_id,)))
        house.later(minutes=10)
    second = house.rows(messages)[1]
    date = house.later(minutes=10) + timedelta(days=2)
    do(house, wait, case.key, until=date, as_=case.owner)

    do(house, split, case.key, first.id, as_=case.owner)
    rest = case_of(house, case.key)
    assert (rest.waiting_since, rest.state, rest.wait_until) == (second.received_at, "waiting_third_party", date)
    assert rest.due_at - rest.waiting_since == case.due_at - case.waiting_since, "its own start counts"
    with pytest.raises(Refused, match="nothing would be left"):
        do(house, split, case.key, second.id, and_after=True, as_=case.owner)
    with pytest.raises(Refused, match="no message"):
        do(house, split, case.key, 999, as_=case.owner)

    assert is_sound(house)


def test_versions_go_with_their_message(house: ChatHouse) -> None:
    house.take("chat", chat("Hola", external_id="7000/5511/1"))
    house.take("chat", chat("Otra csoa", external_id="7000/5511/2"))
    house.take("chat", chat("Otra cosa", external_id="7000/5511/2", edits="7000/5511/2"))
    (case,) = house.rows(conversations)

    new = do(house, split, case.key, house.rows(messages)[2].id, as_=case.owner)

    assert len(house.rows(messages, lambda t: t.c.conversation_id == case_of(house, new.key).id)) == 2
    assert is_sound(house)


def test_an_answer_on_one_channel_ends_the_wait_on_the_other_when_it_went_out(house: ChatHouse) -> None:
    first, second = mails(house)
    answer(house, second, "Va una respuesta para las dos.")
    at = house.now
    house.later(minutes=10)

    done = do(house, answered_in, first.key, second.key, as_=first.owner)
    again = do(house, answered_in, first.key, second.key, as_=first.owner)

    row = case_of(house, first.key)
    assert (done.changed, again.changed) == (True, False)
    assert (row.state, row.waiting_since, row.first_response_at) == ("waiting_customer", None, at)
    closed = happened(house, EventKind.TURN_CLOSED, first.key)[-1]
    assert (closed.at, closed.data["answered_in"]) == (at, second.id)
    assert is_sound(house)


def test_two_people_may_say_it_of_the_same_two_cases_at_once(postgresql_store: Store, tmp_path: Path) -> None:
    house = ChatHouse(postgresql_store, tmp_path)
    first, second = mails(house)

    # given somebody who has the first case, and somebody else who names the second one before it
    with acting(house, second.owner) as move:
        find_case(move, first.key)
        thread, errors = in_the_background(lambda: do(house, answered_in, second.key, first.key, as_=second.owner))
        wait_until(lambda: waits_for_a_lock(house.store), what="the second waits for the first")
        # when the first goes on to the second case, then nobody waits in a circle
        find_case(move, second.key)
    thread.join()

    assert [str(error) for error in errors if not isinstance(error, Refused)] == []


def test_an_answer_held_as_unproven_is_released_when_its_case_was_merged(house: ChatHouse) -> None:
    first, second = mails(house)
    with acting(house, first.owner) as move:
        held = write_reply(move, find_case(move, first.key), Answer(text="Sale hoy."), hold=f"{UNPROVEN}fail")
    do(house, merge, first.key, second.key, as_=first.owner)

    do(house, release_held_answer, held.outbox_id, as_=first.owner)
    go_out(house, held.outbox_id)

    assert case_of(house, second.key).waiting_since == second.waiting_since, "what it answered waits no more"
    assert is_sound(house)


def test_both_cases_wait_again_when_that_answer_never_arrived(house: ChatHouse) -> None:
    first, second = mails(house)
    sent = answer(house, second)
    do(house, answered_in, first.key, second.key, as_=first.owner)
    for _ in range(2):
        fails(house, sent)

    for case in (first, second):
        row = case_of(house, case.key)
        assert (row.state, row.waiting_since, row.first_response_at) == ("open", case.waiting_since, None)
    assert is_sound(house)


def test_a_case_has_its_own_first_answer_when_the_one_from_elsewhere_never_arrived(house: ChatHouse) -> None:
    first, second = mails(house)
    sent = answer(house, second)
    do(house, answered_in, first.key, second.key, as_=first.owner)
    house.later(minutes=10)
    house.take("soporte", letter("¿Y lo otro?", in_reply_to=(house.rows(messages)[0].external_id,)))
    house.later(minutes=10)
    own = answer(house, first)

    fails(house, sent)

    row = case_of(house, first.key)
    assert (row.waiting_since, row.first_response_at) == (first.waiting_since, own.replied_at)
    assert is_sound(house)


def test_a_case_comes_back_to_somebody_who_is_there_when_the_answer_from_elsewhere_never_arrived(
    house: ChatHouse,
) -> None:
    first, second = mails(house)
    sent = answer(house, second)
    do(house, answered_in, first.key, second.key, as_=first.owner)
    do(house, resolve, first.key, as_=first.owner)
    with house.store.write() as connection:
        connection.execute(sa.update(agents).where(agents.c.name == first.owner).values(on_duty=False))

    fails(house, sent)

    row = case_of(house, first.key)
    assert (row.state, row.waiting_since) == ("open", first.waiting_since)
    assert row.owner != first.owner
    assert is_sound(house)


def test_an_answer_from_before_the_customer_wrote_ends_no_wait(house: ChatHouse) -> None:
    (first,) = mails(house, 1)
    answer(house, first)
    house.later(minutes=10)
    (second,) = mails(house, 1)

    with pytest.raises(Refused, match="nothing went out"):
        do(house, answered_in, second.key, first.key, as_=second.owner)
    with pytest.raises(Refused, match="nobody waits"):
        do(house, answered_in, first.key, second.key, as_=first.owner)

    assert case_of(house, second.key).waiting_since == second.waiting_since


def test_what_the_customer_wrote_after_that_answer_waits_on(house: ChatHouse) -> None:
    first, second = mails(house)
    answer(house, second)
    house.later(minutes=10)
    reference = house.rows(messages)[0].external_id
    house.take("soporte", letter("¿Y lo otro?", in_reply_to=(reference,)))
    later = house.now
    house.later(minutes=10)

    do(house, answered_in, first.key, second.key, as_=first.owner)

    row = case_of(house, first.key)
    assert (row.waiting_since, row.due_at) == (later, later + (first.due_at - first.waiting_since))
    told = house.rows(outbox, lambda t: (t.c.kind == OutboxKind.NOTICE) & (t.c.conversation_id == row.id))
    assert [notice.payload["turn"] for notice in told][1:] == [later.isoformat()]
    assert is_sound(house)


def test_a_collaborator_may_answer_is_told_once_and_the_owner_stays(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    other = "luis" if case.owner == "ana" else "ana"

    first = do(house, add_collaborator, case.key, other, as_=case.owner)
    again = do(house, add_collaborator, case.key, other, as_=case.owner)
    with acting(house, other) as move:
        written = write_reply(move, find_case(move, case.key), Answer(text="Hola"))
    go_out(house, written.outbox_id)

    row = case_of(house, case.key)
    assert (first.changed, again.changed) == (True, False)
    assert (row.owner, row.waiting_since) == (case.owner, None)
    assert [told.agent for told in house.letters(OutboxKind.ALERT)] == [other]
    do(house, remove_collaborator, case.key, other, as_=case.owner)
    with acting(house, other) as move, pytest.raises(Refused, match=case.owner):
        write_reply(move, find_case(move, case.key), Answer(text="Hola otra vez"))
