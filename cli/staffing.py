"""Puts the staff's bot together for the processes of a running service: its puller, its sender, what notes whom it reaches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog

from cli.assembly import Service, senders, service_now, tell_trouble
from connectors.deliver import Deliverer, still_theirs
from connectors.pull import Puller
from router.bounces import tell_of_failure
from router.house import House
from router.permission import still_allowed
from router.replies.answered import note_reply_sent
from router.replies.copy_trouble import tell_of_refused_copies
from router.staff_bot.words import SAYINGS, menu
from router.texts import spoken_language
from router.webhooks_out.failing import pause_what_fails
from ventanilla.errors import VentanillaError
from ventanilla.store.events import Journal
from ventanilla.store.telegram_links import note_reachable, note_refused
from ventanilla.words import STAFF_BOT, STAFF_TELEGRAM

if TYPE_CHECKING:
    from config.staff import StaffTelegram

log = structlog.get_logger(__name__)

PAUSE_BETWEEN_POLLS = timedelta(seconds=30)


def deliverer(service: Service, stop: threading.Event) -> Deliverer:
    """The delivery loop of this house: every way out, and who is told when one fails."""
    return Deliverer(
        store=service.store,
        senders=senders(service),
        still_wanted=lambda connection, row: (
            still_theirs(connection, row) or still_allowed(connection, service.house, row)
        ),
        failed=partial(note_failed, service.house),
        sent=partial(note_sent, service.house),
        tell_trouble=partial(tell_trouble, service),
        clock=service_now,
        welcome=note_welcome,
        stop=stop,
    )


def note_sent(house: House, connection: sa.Connection, row: sa.Row[Any], journal: Journal) -> None:
    """What follows from a letter that its provider took."""
    note_reply_sent(connection, house, row, journal)
    tell_of_refused_copies(connection, house, row, journal)


def note_failed(house: House, connection: sa.Connection, row: sa.Row[Any], journal: Journal) -> None:
    """What follows from a letter that failed for good, or has been failing for too long to wait."""
    tell_of_failure(connection, house, row, journal)
    pause_what_fails(connection, house, row, journal)


def staff_pullers(service: Service, enqueue: Callable[[Sequence[int]], object]) -> Iterator[Puller]:
    """What brings in what people of the house write to their bot, under the pseudo-channel `staff`; nothing without a bot."""
    if service.config.staff.telegram is None:
        return
    from connectors.telegram_chat.channel import staff_source

    source = staff_source(service.config, service.house.installation)
    if source is not None:
        yield Puller(
            channel=STAFF_BOT,
            source=source,
            store=service.store,
            poll=PAUSE_BETWEEN_POLLS,
            enqueue=enqueue,
            tell_trouble=partial(tell_trouble, service),
            clock=service_now,
        )


def offer_menu(service: Service) -> None:
    """Tell Telegram which commands the staff's bot has, in every language; in the background, for it is but a comfort."""
    bot = service.config.staff.telegram
    if bot is not None:
        house = spoken_language(service.config.service.language)
        threading.Thread(target=_offer, args=(bot, house), name="staff menu", daemon=True).start()


def _offer(bot: StaffTelegram, house: str) -> None:
    from connectors.telegram_chat.channel import set_commands

    try:
        set_commands(bot.token, bot.api_url, dict(menu(house)))
        for language in SAYINGS:
            set_commands(bot.token, bot.api_url, dict(menu(language)), language=language)
    except VentanillaError as error:
        log.warning("menu_not_set", problem=str(error))


def note_welcome(connection: sa.Connection, row: sa.Row[Any], journal: Journal, is_welcome: bool) -> None:
    """Whoever blocks the staff's bot is known to be out of its reach until they write to it, or get something by it, again."""
    if row.via != STAFF_TELEGRAM or row.agent is None:
        return
    if is_welcome:
        note_reachable(connection, row.agent, journal=journal)
    else:
        note_refused(connection, row.agent, row.recipient, journal=journal)
