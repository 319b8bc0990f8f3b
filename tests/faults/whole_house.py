"""A house that works: customers on three channels, people who do everything that they may, providers in any mood, and crashes.

Whatever happens goes through the product's own functions on a real store; this only chooses. Every choice is a number that the
caller draws, so that the same numbers make the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cli.staffing import note_failed, note_sent, note_welcome
from connectors.deliver import Deliverer, still_theirs
from router.assigning.endings import close_what_is_over, wake_what_waited
from router.assigning.lapses import lapse_acceptances
from router.assigning.leavers import hand_over_leavers
from router.assigning.line import drain_line, move_on_from_absent
from router.automatic.announcements import announce_delays
from router.automatic.late_by_law import tell_before_late
from router.erasing import erase, plan_erasure
from router.moves.accept import accept
from router.moves.answered_in import answered_in
from router.moves.base import find_case
from router.moves.called import called
from router.moves.classify import set_kind, set_priority
from router.moves.collaborate import add_collaborator, remove_collaborator
from router.moves.decline import decline
from router.moves.hold import hold, unhold
from router.moves.merge import merge, unmerge
from router.moves.note import add_note
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.reply import Answer, withdraw_reply, write_reply
from router.moves.resolve import mark_spam, resolve
from router.moves.restrict import block, restrict, unrestrict
from router.moves.split import split
from router.moves.transfer import transfer
from router.moves.wait import WaitFor, wait
from router.moves.write_first import First, write_first
from router.notices.digests import send_morning_digests, send_opening_digests, send_screened_digest
from router.permission import still_allowed
from router.promises.sweep import warn_and_break
from router.service import route_items
from router.timekeeping.keeper import catch_up
from router.webhooks_out.writing import write_webhooks
from router.whatsapp.warning import warn_of_closing_windows
from tests.faults.crashes import Crashes, How, Killed
from tests.faults.providers import Mood, Provider
from tests.router.chat_house import BOT, LUCIA, ChatHouse, chat, letter, sms, whatsapp
from tests.router.moving import do
from ventanilla.channel import Batch, Message, RawItem, Screening
from ventanilla.errors import BadInput, Conflict, Temporary
from ventanilla.store import tables as t
from ventanilla.store.agents import add_absence, end_absences
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import commit_batch, overdue
from ventanilla.words import CallOutcome, InboxState, Kind, OutboxKind, Priority, Resolution, Verdict

PEOPLE = ("ana", "luis", "marta")
SENDERS = ("lucia@clientes.example", "leo@clientes.example", "nil@clientes.example")
FILES: tuple[dict[str, str], ...] = (
    {"capacity": "2", "members": '"ana", "luis"', "team": 'accept_within = "10m"', "luis": ""},
    {"capacity": "8", "members": '"ana", "luis"', "team": "", "luis": ""},
    {"capacity": "1", "members": '"ana"', "team": 'accept_within = "30m"\naway_grace = "1m"', "luis": ""},
    {"capacity": "8", "members": '"ana", "luis"', "team": "", "luis": "left = 2026-11-22"},
)
EXPECTED = (Refused, BadInput, Conflict)
"""What the product may answer to somebody who asks for what cannot be."""


class Day:
    """One house on one store, and everything that may happen in it. `deaths` and `refused` count what became of steps."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.house = ChatHouse(store, folder, {"marta": 'role = "supervisor"', **FILES[0]})
        self.crashes = Crashes(store.engine)
        self.trouble: tuple[How, int] | None = None
        self.posts = {"soporte": Provider(True), "chat": Provider(False), "telefono": Provider(False)}
        self.pending: list[int] = []
        self.items: list[tuple[str, RawItem]] = []
        self.deaths = self.refused = self.steps = 0
        self._numbers = count(1)
        self._deliverer = self._new_deliverer()

    def close(self) -> None:
        self.crashes.close()

    # How a step is done

    def doing(self, step: Callable[[], object]) -> None:
        """Do it; if trouble is due, let it die on the way (or be done to the end), and do it again."""
        self.steps += 1
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            with self.crashes.at(trouble[1], trouble[0]):
                self._try(step)
        self._try(step)
        self.house.later(seconds=7)

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except EXPECTED:
            self.refused += 1
        except (Killed, Temporary):
            self.deaths += 1
            self._deliverer = self._new_deliverer()

    # What customers do

    def somebody_writes(self, channel: int, who: int, text: str, **more: Any) -> None:
        name = ("soporte", "chat", "telefono", "telefono")[channel % 4]
        external = f"m{next(self._numbers)}"
        if channel % 4 == 0:
            message = letter(text, sender=SENDERS[who % 3], external_id=f"<{external}@c.example>", **more)
        elif channel % 4 == 1:
            user = str(int(LUCIA) + who % 3)
            message = chat(text, user=user, external_id=f"{BOT}/{user}/{external}", **more)
        else:
            make = sms if channel % 4 == 2 else whatsapp
            message = make(text, number=f"+3460011122{who % 3}", external_id=external, **more)
        self._comes(name, message)

    def somebody_answers(self, which: int, who: int) -> None:
        known = self.house.rows(t.messages, lambda m: m.c.medium == "email")
        if known:
            self.somebody_writes(0, who, "¿Y entonces?", in_reply_to=(known[which % len(known)].external_id,))

    def a_chat_is_edited(self, which: int) -> None:
        known = self.house.rows(t.messages, lambda m: (m.c.medium == "telegram") & (m.c.direction == "in"))
        if known:
            one = known[which % len(known)]
            self._comes("chat", chat("Mejor así", user=one.external_id.split("/")[1], edits=one.external_id))

    def a_machine_writes(self, verdict: Verdict) -> None:
        self.somebody_writes(0, 2, "Boletín", screening=Screening(verdict=verdict, reason="a machine"))

    def something_unreadable_comes(self) -> None:
        self._put("soporte", f"nobody can read {next(self._numbers)}".encode())

    def an_item_comes_again(self, which: int, *, renumbered: bool) -> None:
        if self.items:
            channel, item = self.items[which % len(self.items)]
            if renumbered:
                item = RawItem(
                    key=f"again/{next(self._numbers)}",
                    raw=item.raw,
                    received_at=item.received_at,
                    identity=item.identity,
                    size=item.size,
                )
            self.doing(partial(self._commit, channel, item))

    def _comes(self, channel: str, message: Message) -> None:
        raw = f"item {next(self._numbers)}".encode()
        self.house.said[raw] = message
        self._put(channel, raw)

    def _put(self, channel: str, raw: bytes) -> None:
        key = raw.decode()
        item = RawItem(key=key, raw=raw, received_at=self.house.now, identity=f"identity of {key}", size=len(raw))
        self.items.append((channel, item))
        self.doing(partial(self._commit, channel, item))

    def _commit(self, channel: str, item: RawItem) -> None:
        batch = Batch(source=channel, items=[item], checkpoint={"last": item.key})
        self.pending += commit_batch(self.house.store, channel, batch, lease=None, now=self.house.now)

    # What the service does

    def some_are_routed(self, how_many: int, *, latest_first: bool) -> None:
        chosen = self.pending[-how_many:][::-1] if latest_first else self.pending[:how_many]
        self.doing(lambda: route_items(self.house.router, chosen))
        with self.house.store.read() as connection:
            waits = t.inbox.c.state == InboxState.PENDING
            left = set(connection.scalars(sa.select(t.inbox.c.id).where(waits)))
        self.pending = [one for one in self.pending if one in left]

    def the_sweeper_brings_back(self) -> None:
        self.doing(lambda: route_items(self.house.router, overdue(self.house.store, now=self.house.now)))

    def the_sweeper_sweeps(self) -> None:
        for sweep in self._sweeps():
            self.doing(sweep)

    def letters_go_out(self) -> None:
        self.doing(lambda: (self._deliverer.recover(), self._deliverer.deliver_due()))

    def a_provider_is(self, which: int, mood: Mood) -> None:
        self.posts[sorted(self.posts)[which % 3]].mood = mood

    def the_file_changes(self, which: int) -> None:
        self.doing(lambda: self.house.apply(**FILES[which % len(FILES)]))

    def _sweeps(self) -> Iterator[Callable[[], object]]:
        store, house, now = self.house.store, self.house.router.house, self.house.now
        yield partial(catch_up, store, house, now=now)
        yield partial(write_webhooks, store, house, now=now)
        for each in (
            partial(warn_and_break, patience=1.0),
            drain_line,
            move_on_from_absent,
            lapse_acceptances,
            hand_over_leavers,
            announce_delays,
            tell_before_late,
            wake_what_waited,
            warn_of_closing_windows,
            close_what_is_over,
        ):
            yield partial(self._sweep, each)
        for told in (send_opening_digests, send_morning_digests, send_screened_digest):
            yield partial(told, store, house, now=now)

    def _sweep(self, work: Callable[..., object]) -> None:
        work(self.house.store, self.house.router.house, Journal(now=self.house.now, actor="sweeper"))

    def _new_deliverer(self) -> Deliverer:
        """As a process that has just begun; what an earlier one had in its memory is gone."""

        def wanted(connection: sa.Connection, row: sa.Row[Any]) -> str | None:
            return still_theirs(connection, row) or still_allowed(connection, self.house.router.house, row)

        return Deliverer(
            store=self.house.store,
            senders={name: partial(lambda post: post, post) for name, post in self.posts.items()},
            still_wanted=wanted,
            failed=lambda connection, row, journal: note_failed(self.house.router.house, connection, row, journal),
            sent=lambda connection, row, journal: note_sent(self.house.router.house, connection, row, journal),
            tell_trouble=lambda *_: None,
            clock=lambda: self.house.now,
            welcome=note_welcome,
        )

    # What our people do

    def somebody_comes_or_goes(self, who: int, hours: int, cover: int) -> None:
        """Zero hours: they are back."""
        name, now = PEOPLE[who % 3], self.house.now
        stands_in = PEOPLE[cover % 3] if cover and PEOPLE[cover % 3] != name else None

        def step() -> None:
            with self.house.store.write() as connection:
                if hours:
                    until = now + timedelta(hours=hours)
                    add_absence(connection, name, starts_at=now, ends_at=until, cover=stands_in, now=now)
                else:
                    end_absences(connection, name, now=now)

        self.doing(step)

    def somebody_moves(self, what: int, which: int, other: int, who: int, pick: int) -> None:
        cases = self.house.rows(t.conversations)
        if not cases:
            return
        case, another = cases[which % len(cases)], cases[other % len(cases)]
        mover = case.owner if who % 5 and case.owner else PEOPLE[pick % 3]
        moves = self._moves(case, another, pick)
        move, arguments, named = moves[what % len(moves)]
        self.doing(lambda: do(self.house, move, *arguments, as_=mover, **named))

    def _moves(
        self, case: Any, other: Any, pick: int
    ) -> list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
        key, person, later = case.key, PEOPLE[pick % 3], self.house.now + timedelta(hours=1 + pick)
        said = self.house.rows(t.messages, lambda m: m.c.conversation_id == case.id)
        once = f"once {next(self._numbers)}"
        answer = partial(Answer, text="Sale hoy.", idempotency_key=once)
        first = First(to=SENDERS[pick % 3], channel="soporte", text="Buenas", subject="Hola", idempotency_key=once)
        return [
            (_answer, (key, answer(then=("", "resolve")[pick % 2])), {}),
            (_answer, (key, answer()), {}),
            (resolve, (key,), {"resolution": list(Resolution)[pick % len(Resolution)], "text": ("", "ya")[pick % 2]}),
            (reopen, (key,), {}),
            (mark_spam, (key,), {}),
            (wait, (key,), {"on": list(WaitFor)[pick % len(WaitFor)], "until": later}),
            (add_note, (key, "@luis mira"), {}),
            (called, (key, list(CallOutcome)[pick % len(CallOutcome)]), {}),
            (merge, (key, other.key), {"customers_differ": True}),
            (unmerge, (key,), {}),
            (split, (key, said[pick % len(said)].id if said else 0), {"and_after": bool(pick % 2)}),
            (answered_in, (key, other.key), {}),
            (add_collaborator, (key, person), {}),
            (remove_collaborator, (key, person), {}),
            (transfer, (key, person), {}),
            (transfer, (key, person), {"expected_number": case.assignment_number}),
            (accept, (key,), {}),
            (decline, (key,), {"reason": "no es mío"}),
            (set_kind, (key, list(Kind)[pick % len(Kind)]), {"reason": "así es"}),
            (set_priority, (key, list(Priority)[pick % len(Priority)]), {}),
            (restrict, (case.contact_id, person), {"reason": "difícil"}),
            (block, (case.contact_id, later), {"reason": "difícil"}),
            (unrestrict, (case.contact_id,), {}),
            (write_first, (first,), {}),
            (hold, (key,), {"reason": "pleito", "until": None}),
            (unhold, (key,), {}),
        ]

    def an_answer_is_withdrawn(self, which: int) -> None:
        letters = self.house.rows(t.outbox, lambda o: (o.c.kind == OutboxKind.REPLY) & (o.c.state == "pending"))
        if letters:
            row = letters[which % len(letters)]
            self.doing(lambda: do(self.house, withdraw_reply, row.id, as_=row.agent))

    def a_customer_is_erased(self, which: int) -> None:
        people = self.house.rows(t.contacts, lambda c: c.c.erased_at.is_(None))
        if not people:
            return
        contact = people[which % len(people)].id

        def step() -> None:
            store, house = self.house.store, self.house.router.house
            plan = plan_erasure(store, house, contact, now=self.house.now, except_held=True)
            clock = lambda: self.house.now  # noqa: E731
            erase(store, house, plan, clock=clock, actor="marta", except_held=True, tell=lambda _: None)

        self.doing(step)

    # The end of the day

    def come_to_rest(self) -> None:
        """No more trouble: providers take everything, and what waits on nothing but us is done."""
        self.trouble = None
        for post in self.posts.values():
            post.mood = Mood.TAKES
        for _ in range(3):
            self.house.later(minutes=16)
            self.the_sweeper_brings_back()
            self.the_sweeper_sweeps()
            self.letters_go_out()


def _answer(move: Any, key: str, answer: Answer) -> object:
    return write_reply(move, find_case(move, key), answer, anyway=True)
