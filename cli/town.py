"""Puts the demo together: the service as `up` runs it, providers' servers of its own, the town's people and the view of it all."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from cli.applying import apply_file
from cli.contact_file import read_sheet
from cli.context import Context
from cli.desk_invite import desk_url
from cli.journal import writing
from cli.up import children_of
from config.load import Loaded, load_config
from config.opening import open_configured_store
from daemon.supervisor import Supervisor
from demo.book import Book
from demo.closing import Outcome, outcome
from demo.customers import Customers
from demo.day import Day, Life
from demo.log_tail import LogTail
from demo.phone_customers import PhoneCustomers
from demo.phone_people import customer_list
from demo.phones import Phones
from demo.post_office import PostOffice
from demo.provider_town import ProviderTown
from demo.settings import mail_town, provider_town, staff_with_telegram, write_settings
from demo.shifts import Shifts
from demo.show import Showing, View
from demo.snapshot import Snapshot
from demo.staff import Staff
from demo.town_process import town_process
from demo.watching import Watcher
from router.assigning.presence import keep_presence
from router.house import House, open_house
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.importing import import_entries
from ventanilla.store.invitations import invite, invited
from ventanilla.store.migrate import upgrade

DRAIN = 10.0
SUPERVISOR = "marta"
"""Who of the settings sees everything, and is shown the way to the desk."""
_SOON, _LATER = 2, 5
"""How many cases are open when somebody first takes a break: in a short show, in a longer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A town that is ready to open: settings in force, a migrated store, who comes later away."""

    run: Context
    loaded: Loaded
    store: Store
    shifts: Shifts
    providers: ProviderTown
    phones: Phones
    book: Book
    log: Path
    invitation: str = field(default="", repr=False)
    """The token of SUPERVISOR's invitation to the desk; empty where the town has none."""

    @property
    def data_dir(self) -> Path:
        return self.loaded.config.service.data_dir

    @property
    def desk_link(self) -> str:
        """Where the supervisor comes in: by the invitation, and once that has been used, by name and password."""
        with self.store.read() as connection:
            is_open = SUPERVISOR in invited(connection, "desk", now=self.run.now())
        return f"{desk_url(self.loaded.config)}/{f'welcome/{self.invitation}' if is_open else 'login'}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.loaded.config.service.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening:
    """What is known when the day is over."""

    outcome: Outcome
    snapshot: Snapshot
    is_drained: bool
    is_interrupted: bool
    trouble: str


def found_town(folder: Path, log: Path, *, language: str, is_short: bool, has_desk: bool) -> Town:
    """Write the settings into an empty folder and put them in force, as `up` would.

    With `has_desk` its supervisor is invited there.
    """
    run = Context(config_path=write_settings(folder, language=language, has_desk=has_desk))
    store = open_configured_store(run.loaded.config)
    upgrade(store)
    apply_file(store, run.loaded, now=run.now())
    _import_customers(run, folder)
    invitation = _invite_supervisor(run) if has_desk else ""
    providers, book = provider_town(run.loaded.config), Book()
    phones = Phones(providers, book)
    by_bot = {
        name: partial(phones.tell_staff_bot, user) for name, user in staff_with_telegram(run.loaded.config).items()
    }
    shifts = Shifts(store, clock=run.now, first_break_at=_SOON if is_short else _LATER, by_bot=by_bot)
    shifts.open()
    with store.write() as connection:
        house = open_house(connection, run.loaded.config, now=run.now())
    keep_presence(store, house, Journal(now=run.now(), actor="admin"))
    return Town(
        run=run,
        loaded=run.loaded,
        store=store,
        shifts=shifts,
        providers=providers,
        phones=phones,
        book=book,
        log=log,
        invitation=invitation,
    )


def live(town: Town, view: View, *, until: Callable[[float], float], seed: int, closing_note: str) -> Evening:
    """The day from opening to closing, and what it came to. Main thread only. `until` as a Day takes it."""
    mail, book = mail_town(town.loaded.config), town.book
    office = PostOffice(mail, book)
    with (
        town_process(mail.argv, mail.is_ready, town.log) as mail_is_there,
        town_process(town.providers.argv, town.providers.is_ready, town.log) as providers_are_there,
    ):
        mail_is_there()
        providers_are_there()
        for user in staff_with_telegram(town.loaded.config).values():
            town.phones.tell_staff_bot(user, "/start")
        supervisor = Supervisor(
            children_of(town.loaded.config, town.run),
            data_dir=town.data_dir,
            drain=DRAIN,
            on_ready=lambda: _take_signals(day),
            on_reload=lambda: _reload(town),
        )
        day = Day(
            town.store,
            _people(town, (office, PostOffice(mail, book), PostOffice(mail, book)), seed),
            posted=lambda: book.total,
            until=until,
            done=supervisor.stop,
            closing=lambda: showing.say(closing_note),
        )
        showing = Showing(_watcher(town), view, clock=town.run.now, gone=day.close)
        snapshot = _run(supervisor, day, showing)
        found = outcome(town.store, office, town.phones, book, delays=snapshot.delays, now=town.run.now())
    return Evening(
        outcome=found,
        snapshot=snapshot,
        is_drained=day.is_drained,
        is_interrupted=day.is_interrupted,
        trouble=day.problem,
    )


def _run(supervisor: Supervisor, day: Day, showing: Showing) -> Snapshot:
    """Whatever is raised in here, nobody of the town is left at work."""
    showing.start()
    try:
        day.start()
        supervisor.run()
    finally:
        day.join()
        snapshot = showing.end()
    return snapshot


def _people(town: Town, offices: Sequence[PostOffice], seed: int) -> dict[str, Life]:
    """Who does something all day, a thread each; a post office is one thread's."""
    office, other_office, third_office = offices

    def local_time() -> datetime:
        return town.run.now().astimezone(town.zone)

    return {
        "customers": Customers(office, seed=seed, clock=local_time).live,
        "phones": PhoneCustomers(town.phones, other_office, seed=seed, clock=local_time).live,
        "shifts": town.shifts.live,
        "staff": Staff(
            town.store,
            lambda: _house(town),
            town.phones,
            third_office,
            on_telegram=staff_with_telegram(town.loaded.config),
            seed=seed,
            clock=town.run.now,
        ).live,
    }


def _house(town: Town) -> House:
    with town.store.write() as connection:
        return open_house(connection, town.loaded.config, now=town.run.now())


def _watcher(town: Town) -> Watcher:
    return Watcher(
        town.store,
        data_dir=town.data_dir,
        log=LogTail(town.log),
        began=town.run.now(),
        posted=lambda: town.book.count,
        arrived=town.book.arrivals,
    )


def _import_customers(run: Context, folder: Path) -> None:
    """The shop knows some of its customers: put their list in force, as `contacts import` does."""
    file = folder / "clientes.csv"
    file.write_text(customer_list(), encoding="utf-8")
    sheet = read_sheet(file.read_bytes(), region=None, people={})
    with writing(run) as (connection, journal):
        import_entries(connection, sheet.entries, journal)


def _invite_supervisor(run: Context) -> str:
    with writing(run) as (connection, journal):
        return invite(connection, SUPERVISOR, "desk", journal=journal).token


def _take_signals(day: Day) -> None:
    """Ctrl-C and SIGTERM close the town first, so that what is on the road still arrives; the next one ends the service."""

    def heed(number: int, frame: FrameType | None, *, before: Any) -> None:
        if day.is_closing:
            before(number, frame)
        day.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(heed, before=signal.getsignal(number)))


def _reload(town: Town) -> None:
    """At SIGHUP (`ventanilla reload`): the changed file, put in force as `up` does it."""
    apply_file(town.store, load_config(town.run.config_path), now=town.run.now())
