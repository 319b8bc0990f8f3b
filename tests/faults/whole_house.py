"""A house that works: customers on three channels, people who do everything that they may, providers in any mood, and crashes.

Whatever happens goes through the product's own functions on a real store; this only chooses. Every choice is a number that the
caller draws, so that the same numbers make the same day. Judges nothing.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cli.staffing import note_failed, note_sent, note_welcome
from connectors.deliver import Deliverer, still_theirs
from connectors.pull import Puller
from router.assigning.endings import close_what_is_over, wake_what_waited
from router.assigning.lapses import lapse_acceptances
from router.assigning.leavers import hand_over_leavers
from router.assigning.line import drain_line, move_on_from_absent
from router.automatic.announcements import announce_delays
from router.automatic.late_by_law import tell_before_late
from router.bounces import tell_of_failure
from router.erasing import erase, plan_erasure
from router.moves.refusals import Refused
from router.moves.reply import withdraw_reply
from router.notices.digests import send_morning_digests, send_opening_digests, send_screened_digest
from router.permission import still_allowed
from router.promises.sweep import warn_and_break
from router.retention.forgetting import forget_due
from router.retention.terms import Terms
from router.service import route_items
from router.timekeeping.keeper import catch_up
from router.webhooks_out.writing import write_webhooks
from router.whatsapp.warning import warn_of_closing_windows
from tests.faults.crashes import Crashes, How, Killed, Trouble
from tests.faults.its_files import FILES, LATE, LAW, PROGRAM
from tests.faults.people_move import PEOPLE, SENDERS, moves
from tests.faults.providers import Mood, Provider
from tests.faults.sources import Shelf
from tests.router.chat_house import BOT, LUCIA, ChatHouse, chat, letter, sms, whatsapp
from tests.router.moving import do
from ventanilla.channel import Attachment, DeliveryReport, Message, RawItem, Screening
from ventanilla.errors import BadInput, Conflict, Temporary
from ventanilla.store import tables as t
from ventanilla.store.agents import add_absence, end_absences
from ventanilla.store.deliveries import forget_old_reports, note_reports
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import KEEP_IN_ROW, overdue
from ventanilla.store.webhook_events import via_of
from ventanilla.words import DeliveryState, Metric, OutboxKind, Verdict

CHANNELS = ("soporte", "chat", "telefono")
EXPECTED = (Refused, BadInput, Conflict)
"""What the product may answer to somebody who asks for what cannot be."""
AT_A_TIME = (catch_up, write_webhooks, send_opening_digests, send_morning_digests, send_screened_digest)
SWEEPS: tuple[Callable[..., object], ...] = (
    *AT_A_TIME,
    warn_and_break,
    drain_line,
    move_on_from_absent,
    lapse_acceptances,
    hand_over_leavers,
    announce_delays,
    tell_before_late,
    wake_what_waited,
    warn_of_closing_windows,
    close_what_is_over,
    forget_old_reports,
)
"""What the sweeper does, each a work of its own."""
TERMS = Terms(keep=timedelta(days=15), items=timedelta(days=15), trail=timedelta(days=15))
RANKS = {DeliveryState.SENT: 1, DeliveryState.DELIVERED: 2, DeliveryState.FAILED: 9}
WORD = re.compile(r"palabra\d+x")
"""Each text has a word of its own, by which it is found wherever it lies."""


class Hurried(threading.Event):
    """A stop that never comes, and for which nobody has to wait."""

    def wait(self, timeout: float | None = None) -> bool:
        return False


class Day:
    """One house on one store, and everything that may happen in it.

    `trouble` comes to the next step, `always` is done to each before it is done.
    `steps`, `deaths` and `refused` count what became of steps, by kind, `wrote` the writes of those that came to their end.
    `after_death` is called when a step has died, before it is done again, `when_done` with the kind of a step that came to its
    end, before time goes on. `gone` are words that the last erasing took out of the cases, `forgotten` how many all of them did;
    `reported` the highest ranks that providers have reported, by way out and their own id.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        more = {"rest": LAW + PROGRAM, "channel": LATE, "chat": LATE, "phone": LATE}
        self.house = ChatHouse(store, folder, {"marta": 'role = "supervisor"', **more, **FILES[0]})
        self.crashes = Crashes(store.engine)
        self.trouble: Trouble | None = None
        self.always: Callable[[str, Callable[[], object]], object] | None = None
        ways = {"soporte": True, "chat": False, "telefono": False, via_of("crm"): True}
        self.posts = {name: Provider(repeats, self._another_delivers) for name, repeats in ways.items()}
        self.shelves = {name: Shelf(f"shelf of {name}") for name in CHANNELS}
        self.queue: list[int] = []
        self.fates: dict[int, str] = {}
        self.gone: set[str] = set()
        self.forgotten = 0
        self.reported: dict[tuple[str, str], int] = {}
        self.steps, self.deaths, self.refused = Counter[str](), Counter[str](), Counter[str]()
        self.wrote = Counter[str]()
        self.after_death: Callable[[], object] = lambda: None
        self.when_done: Callable[[str], object] = lambda kind: None
        self._routed: list[int] = []
        self._numbers = count(1)
        self._deliverer = self._new_deliverer()
        self._pullers: dict[str, Puller] = {}

    def close(self) -> None:
        self.crashes.close()

    # How a step is done

    def doing(self, kind: str, step: Callable[[], object], meanwhile: Callable[[], object] | None = None) -> bool:
        """Do it; if trouble is due, let it die on the way (or be done to the end), and do it again. Overtaken, it is so by
        `meanwhile`, else by itself. Whether nothing refused it in the end."""
        trouble, self.trouble = self.trouble, None
        if self.always is not None:
            self.always(kind, step)
            done = self._try(kind, step)
        elif trouble is not None and trouble.how is How.OVERTAKEN:
            with self.crashes.at(trouble, meanwhile or (lambda: self._try(kind, step))):
                done = self._try(kind, step)
        else:
            if trouble is not None:
                self.die_once(kind, step, trouble)
            done = self._try(kind, step)
        if done:
            self.when_done(kind)
        self.house.later(seconds=7)
        return done

    def die_once(self, kind: str, step: Callable[[], object], trouble: Trouble) -> bool:
        """Do it with trouble on the way. Whether it came to that."""
        before = self.crashes.deaths.total()
        with self.crashes.at(trouble, lambda: self._try(kind, step)):
            self._try(kind, step)
        came = self.crashes.deaths.total() > before
        if came and trouble.how is not How.OVERTAKEN:
            self.deaths[kind] += 1
            self._deliverer = self._new_deliverer()
            self._pullers.clear()
            self.after_death()
        return came

    def _try(self, kind: str, step: Callable[[], object]) -> bool:
        self.steps[kind] += 1
        before = self.crashes.writes
        try:
            step()
        except EXPECTED:
            self.refused[kind] += 1
            return False
        except (Killed, Temporary):
            return False
        self.wrote[kind] += self.crashes.writes - before
        return True

    # What customers do

    def somebody_writes(self, channel: int, who: int, text: str, **more: Any) -> None:
        name = ("soporte", "chat", "telefono", "telefono")[channel % 4]
        external, text = f"m{next(self._numbers)}", f"{text} {self._word()}"
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
            user = one.external_id.split("/")[1]
            self._comes("chat", chat(f"Mejor así {self._word()}", user=user, edits=one.external_id))

    def a_machine_writes(self, verdict: Verdict) -> None:
        self.somebody_writes(0, 2, "Boletín", screening=Screening(verdict=verdict, reason="a machine"))

    def something_unreadable_comes(self) -> None:
        self._put("soporte", f"nobody can read {self._word()}".encode())

    def an_item_comes_again(self, which: int, *, renumbered: bool) -> None:
        """From its source, under its old number or a new one."""
        name = sorted(self.shelves)[which % 3]
        known = self.shelves[name].items
        if known:
            item = known[which % len(known)]
            if renumbered:
                item = replace(item, key=f"again/{next(self._numbers)}")
            known.append(item)
            self._is_pulled(name)

    def _word(self) -> str:
        return f"palabra{next(self._numbers)}x"

    def _comes(self, channel: str, message: Message) -> None:
        number = next(self._numbers)
        raw = f"item {number} {message.text}".encode()
        if number % 3 == 0:  # some lie beside the store, and bring a file that does
            raw = raw.ljust(KEEP_IN_ROW + 1)
            note = Attachment(filename="nota.txt", content_type="text/plain", content=message.text.encode())
            message = replace(message, attachments=(note,))
        self.house.said[raw] = message
        self._put(channel, raw)

    def _put(self, channel: str, raw: bytes) -> None:
        number = next(self._numbers)
        item = RawItem(
            key=f"key/{number}", raw=raw, received_at=self.house.now, identity=f"same/{number}", size=len(raw)
        )
        self.shelves[channel].items.append(item)
        self._is_pulled(channel)

    # What the service does

    def _is_pulled(self, name: str) -> None:
        self.doing("pull", lambda: self._puller(name)._round())

    def _puller(self, name: str) -> Puller:
        if name not in self._pullers:
            self._pullers[name] = Puller(
                channel=name,
                source=self.shelves[name],
                store=self.house.store,
                poll=timedelta(0),
                enqueue=lambda ids: self.queue.extend(ids),
                tell_trouble=lambda *_: None,
                clock=lambda: self.house.now,
            )
        return self._pullers[name]

    def some_are_routed(self, how_many: int, *, latest_first: bool = False, again: bool = False) -> None:
        """`again`: with some that the queue gives a second time."""
        chosen = self.queue[-how_many:][::-1] if latest_first else self.queue[:how_many]
        asked = [*chosen, *(self._routed[-2:] if again else ())]
        self.doing("route", lambda: route_items(self.house.router, asked))
        self.queue = [one for one in self.queue if one not in chosen]
        self._routed += chosen

    def the_sweeper_brings_back(self) -> None:
        self.doing("bring back", lambda: route_items(self.house.router, overdue(self.house.store, now=self.house.now)))

    def the_sweeper_sweeps(self, which: int = 0, how_many: int | None = None) -> None:
        """Some of its works from one on; all of them by default. Trouble is the first one's."""
        works = self.sweeps()
        for kind, step in [*works, *works][which % len(works) :][: how_many or len(works)]:
            self.doing(kind, step)

    def letters_go_out(self, meanwhile: Callable[[], object] | None = None) -> None:
        self.doing("deliver", self.deliver, meanwhile)

    def deliver(self) -> None:
        self._deliverer.recover()
        self._deliverer.deliver_due()

    def _another_delivers(self) -> None:
        """Another process, after it has heard nothing for so long of what is being sent."""
        self.house.later(minutes=11)
        other = self._new_deliverer()
        other.recover()
        other.deliver_due()

    def a_provider_is(self, which: int, mood: Mood) -> None:
        self.posts[sorted(CHANNELS)[which % 3]].mood = mood

    def a_provider_reports(self, which: int, state: DeliveryState) -> None:
        """Of what it took, whether we noted that or not."""
        taken = [(name, number, ids) for name, post in self.posts.items() for number, ids in post.taken.items() if ids]
        if taken:
            name, _, ids = taken[which % len(taken)]
            report = DeliveryReport(external_id=ids[-1], state=state, rank=RANKS[state], reason="because")
            self.doing("report", partial(self._note_report, name, report))

    def _note_report(self, name: str, report: DeliveryReport) -> None:
        def failed(connection: sa.Connection, row: sa.Row[Any], journal: Journal) -> None:
            tell_of_failure(connection, self.house.router.house, row, journal)

        note_reports(self.house.store, name, [report], now=self.house.now, failed=failed)
        key = (name, report.external_id)
        self.reported[key] = max(report.rank, self.reported.get(key, 0))

    def the_file_changes(self, which: int) -> None:
        self.doing("file", lambda: self.house.apply(**FILES[which % len(FILES)]))

    def sweeps(self) -> list[tuple[str, Callable[[], object]]]:
        """The sweeper's works, by name. Each looks at the clock when it is begun."""
        return [(f"sweep {work.__name__}", partial(_sweep, work, self)) for work in SWEEPS]

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
            stop=Hurried(),
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

        self.doing("presence", step)

    def somebody_moves(self, what: int | str, which: int, other: int, who: int, pick: int) -> bool:
        """A move by its number or its name. Whether it was done."""
        cases = self.house.rows(t.conversations)
        if not cases:
            return False
        case, another = cases[which % len(cases)], cases[other % len(cases)]
        mover = case.owner if who % 5 and case.owner else PEOPLE[pick % 3]
        said = self.house.rows(t.messages, lambda m: m.c.conversation_id == case.id)
        once = f"once {next(self._numbers)}"
        known = moves(case, another, said, pick=pick, once=once, word=self._word(), now=self.house.now)
        names = [one.name for one in known]
        one = known[names.index(what) if isinstance(what, str) else what % len(known)]
        return self.doing(one.name, lambda: do(self.house, one.move, *one.arguments, as_=mover, **one.named))

    def an_answer_is_withdrawn(self, which: int) -> None:
        letters = self.house.rows(t.outbox, lambda o: (o.c.kind == OutboxKind.REPLY) & (o.c.state == "pending"))
        if letters:
            row = letters[which % len(letters)]
            self.doing("withdraw", lambda: do(self.house, withdraw_reply, row.id, as_=row.agent))

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

        self._forgetting("erase", step)

    def what_is_old_is_forgotten(self) -> None:
        def step() -> None:
            for _ in forget_due(self.house.store, self.house.router.house, TERMS, clock=lambda: self.house.now):
                pass

        self._forgetting("retention", step)

    def _forgetting(self, kind: str, step: Callable[[], object]) -> None:
        before = self._words()
        for path in self.files():
            os.utime(path, (0, 0))  # by the house's clock it was not kept just now
        self.doing(kind, step)
        self.gone = before - self._words()
        self.forgotten += len(self.gone)

    def files(self) -> list[Path]:
        """What lies beside the store."""
        return [path for path in self.house.store.blobs.rglob("*") if path.is_file()]

    def _words(self) -> set[str]:
        texts = [row.text or "" for table in (t.messages, t.notes) for row in self.house.rows(table)]
        return set(WORD.findall(" ".join(texts)))

    def time_goes_by_until_a_law_wants_an_answer(self) -> None:
        """To an hour before the first deadline."""
        due = [row.due_at for row in self.house.rows(t.clocks, _legal) if row.due_at > self.house.now]
        self.house.now = max(self.house.now, min(due) - timedelta(hours=1))

    # The end of the day

    def come_to_rest(self, rounds: int = 3) -> None:
        """No more trouble: providers take everything, and what waits on nothing but us is done."""
        self.trouble = None
        for post in self.posts.values():
            post.mood = Mood.TAKES
        for _ in range(rounds):
            self.house.later(minutes=16)
            self.the_sweeper_brings_back()
            self.the_sweeper_sweeps()
            self.letters_go_out()


def _legal(clocks: sa.Table) -> sa.ColumnElement[bool]:
    return (clocks.c.metric == Metric.LEGAL) & clocks.c.stopped_at.is_(None)


def _sweep(work: Callable[..., object], day: Day) -> None:
    store, house, now = day.house.store, day.house.router.house, day.house.now
    if work is forget_old_reports:
        work(store, before=now - timedelta(days=7))
    elif work in AT_A_TIME:
        work(store, house, now=now)
    else:
        more = {"patience": 1.0} if work is warn_and_break else {}
        work(store, house, Journal(now=now, actor="sweeper"), **more)
