"""An answer from when it is written to what becomes of it: whom it may go to, whose turn it ends, and what opens that again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.deliver import Deliverer
from router.bounces import note_bounce, tell_of_failure
from router.moves.base import Move, begin, find_case
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.reply import RESOLVE, Answer, Written, withdraw_reply, write_reply
from router.moves.resolve import resolve
from router.replies.answered import note_reply_sent
from tests.router.chat_house import ChatHouse, chat, letter
from ventanilla.channel import Bounce, Outgoing, Sent
from ventanilla.errors import Permanent
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, assignments, conversations, events, messages, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind, Side

UNDO = timedelta(seconds=10)


@dataclass
class Provider:
    """Takes what it is given, or refuses it in these words."""

    took: list[Outgoing]
    refuses: str = ""

    def send(self, outgoing: Outgoing) -> Sent:
        if self.refuses and not outgoing.automatic:
            raise Permanent(self.refuses)
        self.took.append(outgoing)
        return Sent(external_id=outgoing.message_id or f"{len(self.took)}")

    def find(self, outgoing: Outgoing) -> Sent | None:
        return None

    def close(self) -> None:
        pass


@dataclass
class Answering:
    """The house, its provider, and what goes out in its name."""

    house: ChatHouse
    provider: Provider
    delivery: Deliverer

    def move(self, agent: str, what: Callable[[Move], Any]) -> Any:
        with self.house.store.write() as connection:
            move = begin(connection, self.house.router.house, agent, Side.COMMAND, now=self.house.now)
            outcome = what(move)
            move.journal.flush(connection)
        return outcome

    def reply(
        self, key: str, text: str = "Sale hoy.", *, agent: str = "ana", anyway: bool = False, **more: Any
    ) -> Written:
        answer = Answer(text=text, **more)
        written = self.move(agent, lambda move: write_reply(move, find_case(move, key), answer, anyway=anyway))
        assert isinstance(written, Written)
        return written

    def case(self, key: str | None = None) -> sa.Row[Any]:
        rows = self.house.rows(conversations, lambda t: sa.true() if key is None else t.c.key == key)
        return rows[0]

    def load(self) -> dict[str, int]:
        return {row.name: row.load for row in self.house.rows(agents)}

    def deliver(self, **later: float) -> None:
        self.house.later(**(later or {"seconds": 11}))
        self.delivery.deliver_due()

    def answers(self) -> Sequence[sa.Row[Any]]:
        return self.house.rows(messages, lambda t: t.c.direction == "out")

    def happened(self, kind: EventKind) -> Sequence[sa.Row[Any]]:
        return self.house.rows(events, lambda t: t.c.kind == kind)

    def alerts(self) -> list[str]:
        return [row.payload["text"] for row in self.house.letters(OutboxKind.ALERT)]


@pytest.fixture
def at(store: Store, tmp_path: Path) -> Answering:
    house = ChatHouse(store, tmp_path, settings={"members": '"ana"'})
    provider = Provider([])
    delivery = Deliverer(
        store=store,
        senders=dict.fromkeys(("soporte", "chat", "telefono"), lambda: provider),
        still_wanted=lambda connection, row: None,
        failed=lambda connection, row, journal: tell_of_failure(connection, house.router.house, row, journal),
        sent=lambda connection, row, journal: note_reply_sent(connection, house.router.house, row, journal),
        tell_trouble=lambda connection, channel, problem, cure: None,
        clock=lambda: house.now,
    )
    return Answering(house, provider, delivery)


def test_an_answer_goes_out_when_it_can_no_longer_be_undone_and_ends_the_turn(at: Answering) -> None:
    at.house.take("chat", chat("¿Cuándo llega?"))
    asked, key = at.house.now, at.case().key
    at.house.later(minutes=5)
    written = at.reply(key)
    at.delivery.deliver_due()
    assert (at.case().waiting_since, at.load()["ana"]) == (asked, 1), "nothing has gone out yet"

    at.deliver()

    case, (answer,) = at.case(), at.answers()
    assert [outgoing.text for outgoing in at.provider.took if not outgoing.automatic] == ["Sale hoy."]
    assert written.goes_out_at == asked + timedelta(minutes=5) + UNDO
    assert (case.state, case.waiting_since, case.due_at, at.load()["ana"]) == ("waiting_customer", None, None, 0)
    assert case.first_response_at == answer.replied_at == at.house.now
    assert (answer.turn_since, answer.agent, answer.side) == (asked, "ana", "command")
    (closed,) = at.happened(EventKind.TURN_CLOSED)
    assert (closed.agent, closed.message_id, closed.data["outcome"]) == ("ana", answer.id, "replied")
    assert at.house.rows(assignments)[0].accepted_at is not None, "who answers has accepted"
    assert at.house.is_sound()


def test_what_the_customer_wrote_after_the_author_looked_still_waits(at: Answering) -> None:
    at.house.take("chat", chat("¿Cuándo llega?"))
    at.reply(at.case().key)
    later = at.house.later(seconds=3)
    at.house.take("chat", chat("Y otra cosa…"))

    at.deliver()

    assert (at.case().state, at.case().waiting_since, at.load()["ana"]) == ("open", later, 1)
    assert [row.payload["turn"] for row in at.house.letters(OutboxKind.NOTICE)][1:] == [later.isoformat()], "told of it"
    assert at.case().first_response_at == at.house.now
    assert at.house.is_sound()


def test_what_its_author_had_not_seen_waits_again_when_the_case_is_opened_again(at: Answering) -> None:
    at.house.take("chat", chat("¿Cuándo llega?"))
    key = at.case().key
    at.reply(key)
    later = at.house.later(seconds=3)
    at.house.take("chat", chat("Y otra cosa…"))
    at.deliver()
    at.move("ana", lambda move: resolve(move, key, text="Duplicado."))

    at.move("ana", lambda move: reopen(move, key))

    assert at.case().waiting_since == later
    assert at.house.is_sound()


def test_what_waits_on_is_due_from_when_it_came_in_however_late_the_answer_went_out(at: Answering) -> None:
    at.house.apply(rest='next_response = { within = "1h" }\n')
    at.house.take("chat", chat("¿Cuándo llega?"))
    at.reply(at.case().key)
    later = at.house.later(seconds=3)
    at.house.take("chat", chat("Y otra cosa…"))

    at.deliver(minutes=50)

    assert (at.case().waiting_since, at.case().due_at) == (later, later + timedelta(hours=1))


def test_a_second_answer_ends_no_turn_and_is_no_first_response(at: Answering) -> None:
    at.house.take("chat", chat())
    at.reply(at.case().key)
    at.deliver()
    first = at.case().first_response_at

    at.reply(at.case().key, "Y además…")
    at.deliver()

    assert at.case().first_response_at == first
    assert [row.turn_since is None for row in at.answers()] == [False, True]
    assert len(at.happened(EventKind.TURN_CLOSED)) == 1


def test_an_answer_can_be_taken_back_until_it_goes_out_and_no_longer(at: Answering) -> None:
    at.house.take("chat", chat())
    first = at.reply(at.case().key, "Esto no.")
    at.move("ana", lambda move: withdraw_reply(move, first.outbox_id))
    at.deliver()
    assert [outgoing.text for outgoing in at.provider.took if not outgoing.automatic] == []
    assert at.case().waiting_since is not None

    second = at.reply(at.case().key, "Esto sí.")
    at.deliver()
    with pytest.raises(Refused, match="too late"):
        at.move("ana", lambda move: withdraw_reply(move, second.outbox_id))


def test_a_repeat_under_the_same_key_is_the_same_answer(at: Answering) -> None:
    at.house.take("chat", chat())
    key = at.case().key

    first, second = (at.reply(key, idempotency_key="k1") for _ in range(2))

    assert (first.outbox_id, second.repeated) == (second.outbox_id, True)
    assert len(at.answers()) == 1
    with pytest.raises(Refused, match="was used for something else"):
        at.reply(key, "Otra cosa", idempotency_key="k1")


def test_only_who_has_to_do_with_a_case_answers_in_it(at: Answering) -> None:
    at.house.take("chat", chat())

    with pytest.raises(Refused, match=r"is ana's: ask them"):
        at.reply(at.case().key, agent="luis")
    with pytest.raises(Refused, match="not one of us"):
        at.reply(at.case().key, agent="nadie")
    assert at.answers() == []


def test_whoever_answers_second_is_told_before_it_goes_out(at: Answering) -> None:
    at.house.apply(marta='role = "supervisor"')
    at.house.take("chat", chat())
    key, seen = at.case().key, at.house.rows(messages)[0].id
    at.reply(key)

    with pytest.raises(Refused, match=r"ana's answer to .* is on its way"):
        at.reply(key, agent="marta")
    at.deliver()
    with pytest.raises(Refused, match="ana answered"):
        at.reply(key, agent="marta", seen=seen)
    at.reply(key, "Añado algo.", agent="marta", seen=seen, anyway=True)

    assert [row.agent for row in at.answers()] == ["ana", "marta"]


def test_an_author_who_has_not_seen_the_newest_message_is_told(at: Answering) -> None:
    at.house.take("chat", chat("¿Cuándo llega?"))
    seen = at.house.rows(messages)[0].id
    at.house.take("chat", chat("Ya llegó, gracias"))

    with pytest.raises(Refused, match="wrote again"):
        at.reply(at.case().key, seen=seen)


def test_what_the_provider_refuses_comes_back_to_its_author_and_the_customer_still_waits(at: Answering) -> None:
    at.house.take("chat", chat())
    asked = at.house.now
    at.provider.refuses = "they blocked the bot"
    at.reply(at.case().key, "Sale hoy mismo.")

    at.deliver()

    (answer,) = at.answers()
    assert (at.case().waiting_since, answer.replied_at, at.case().first_response_at) == (asked, None, None)
    (told,) = at.alerts()
    assert "they blocked the bot" in told
    assert "> Sale hoy mismo." in told, "nothing typed is ever lost"


def test_an_answer_that_bounces_later_opens_the_turn_again_from_its_start(at: Answering) -> None:
    at.house.take("soporte", letter("¿Cuándo llega?"))
    asked, due, key = at.house.now, at.case().due_at, at.case().key
    at.reply(key, then=RESOLVE)
    at.deliver()
    assert (at.case().state, at.load()["ana"]) == ("resolved", 0)
    (row,) = at.house.letters(OutboxKind.REPLY)

    at.house.later(hours=2)
    bounce(at, row)

    case, (answer,) = at.case(), at.answers()
    assert (case.state, case.owner, case.waiting_since, case.due_at) == ("open", "ana", asked, due)
    assert (case.first_response_at, answer.replied_at, at.load()["ana"]) == (None, None, 1)
    assert len(at.happened(EventKind.TURN_RESTORED)) == 1
    assert "5.1.1" in at.alerts()[-1]
    assert at.house.is_sound()


def test_a_bounce_opens_nothing_where_another_answer_arrived(at: Answering) -> None:
    at.house.take("soporte", letter("¿Cuándo llega?"))
    asked = at.house.now
    for text in ("Sale hoy.", "Perdone: sale mañana."):
        at.reply(at.case().key, text)
        at.deliver()
    first, second = at.house.letters(OutboxKind.REPLY)

    bounce(at, first)

    assert at.case().waiting_since is None
    assert at.case().first_response_at == at.answers()[1].replied_at
    assert [row.turn_since for row in at.answers()] == [None, asked]
    bounce(at, second)
    assert at.case().waiting_since == asked
    assert at.house.is_sound()


def test_a_second_answer_that_bounced_inherits_no_turn_when_the_first_bounces_too(at: Answering) -> None:
    at.house.take("soporte", letter("¿Cuándo llega?"))
    asked = at.house.now
    for text in ("Sale hoy.", "Perdone: sale mañana."):
        at.reply(at.case().key, text)
        at.deliver()
    first, second = at.house.letters(OutboxKind.REPLY)

    bounce(at, second)
    assert [row.replied_at is None for row in at.answers()] == [False, True]
    assert at.case().waiting_since is None
    bounce(at, first)

    assert (at.case().waiting_since, at.case().first_response_at) == (asked, None)
    assert at.house.is_sound()


def test_a_case_whose_owner_has_left_comes_back_to_somebody_else_when_its_answer_bounces(at: Answering) -> None:
    at.house.take("soporte", letter("¿Cuándo llega?"))
    asked, key = at.house.now, at.case().key
    at.reply(key, then=RESOLVE)
    at.deliver()
    with at.house.store.write() as connection:
        gone = sa.update(agents).where(agents.c.name == "ana").values(enabled=False, on_duty=False)
        connection.execute(gone)

    bounce(at, at.house.letters(OutboxKind.REPLY)[0])

    case = at.case()
    assert (case.state, case.waiting_since) == ("open", asked)
    assert case.owner != "ana"
    assert at.house.is_sound()


def test_nothing_of_ours_alone_goes_to_a_customer(at: Answering) -> None:
    at.house.take("soporte", letter())
    (notice,) = at.house.letters(OutboxKind.NOTICE)

    with pytest.raises(Refused, match="only our own people may see"):
        at.reply(at.case().key, f"Vea {notice.message_id}")


def test_nothing_goes_out_while_the_channel_only_observes(at: Answering) -> None:
    at.house.apply(chat_mode="observe")
    at.house.take("chat", chat())

    with pytest.raises(Refused, match="only observes"):
        at.reply(at.case().key)


def bounce(at: Answering, row: sa.Row[Any]) -> None:
    """Its mail server says that it never arrived."""
    journal = Journal(now=at.house.now, actor="router")
    said = Bounce(recipient=row.recipient, status="5.1.1", action="failed", original_message_id=row.message_id)
    with at.house.store.write() as connection:
        note_bounce(connection, at.house.router.house, said, journal)
        journal.flush(connection)
    assert at.house.rows(outbox, lambda t: t.c.id == row.id)[0].state == DeliveryState.FAILED
