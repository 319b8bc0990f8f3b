"""Puts the rooms together for the processes of a running service: store, house, queue, channels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from cli.context import Context
from config.apply import is_in_force
from config.load import Loaded, load_config
from config.opening import open_configured_store
from config.schema import Config
from connectors.fetch import FileGetter
from connectors.registry import Place, fetcher, kind, offers
from router.house import House, open_house
from router.notices.writing import write_alert
from router.texts import phrase
from ventanilla.channel import Fetcher, Sender
from ventanilla.errors import BadInput, ConfigError, Temporary, Unreachable
from ventanilla.house_time import house_now
from ventanilla.store.blobs_folder import see_blobs_folder
from ventanilla.store.channels import channel_row
from ventanilla.store.engine import Store
from ventanilla.store.revision import is_current
from ventanilla.store.server_time import follow_server
from ventanilla.store.webhook_events import via_of
from ventanilla.words import STAFF_BOT, STAFF_TELEGRAM

log = structlog.get_logger(__name__)

RETRY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process's view of the whole: the file in force, the store, the house."""

    loaded: Loaded
    store: Store
    house: House

    @property
    def config(self) -> Config:
        return self.loaded.config


def queue_url(config: Config) -> str:
    """Where Redis is: the configured server, or the embedded one's socket under the data folder."""
    from daemon.embedded_queue import socket_under, url_of

    return config.queue_url() or url_of(socket_under(config.service.data_dir))


def join_service(context: Context, stop: threading.Event, beat: Callable[[], None]) -> Service | None:
    """Wait until the store answers and this file is the one in force; None when told to stop first.

    A process whose file is another than the one applied says so and does nothing: two answers to "who is responsible?" are
    one too many.
    """
    said = ""
    while not stop.is_set():
        beat()
        try:
            return _join(context)
        except (ConfigError, BadInput, Temporary, Unreachable, sa.exc.SQLAlchemyError) as error:
            reason = str(error).splitlines()[0]
        if reason != said:
            log.warning("waiting", reason=reason)
            said = reason
        stop.wait(RETRY)
    return None


def still_in_force(service: Service) -> bool:
    """Whether the file this process began with is the one in force; a store out of reach does not say otherwise. Raises
    AnotherSchema."""
    try:
        with service.store.read() as connection:
            return is_in_force(connection, service.loaded)
    except Temporary:
        return True


def keep_time(service: Service) -> None:
    """Look again what time it is at the store's server; a store out of reach leaves the time as it was counted."""
    with suppress(Temporary):
        follow_server(service.store)


def places(service: Service) -> Iterator[Place]:
    """Every channel of the file, with the moment since which it is configured."""
    with service.store.read() as connection:
        since = {name: channel_row(connection, name) for name in service.config.channels}
    for name in service.config.channels:
        row = since[name]
        if row is not None:
            yield Place(
                name=name,
                config=service.config,
                installation=service.house.installation,
                since=row.since,
                queue=queue_url(service.config),
            )


def senders(service: Service) -> dict[str, Callable[[], Sender | None]]:
    """How to make the sender of each way out; made when first needed, by the thread that uses it."""
    made: dict[str, Callable[[], Sender | None]] = {}
    for place in places(service):
        settings = service.config.channels[place.name]
        made[place.name] = lambda place=place, settings=settings: kind(settings.kind).sender(settings, place)  # type: ignore[misc]
    made["apprise"] = lambda: _apprise(service)
    made["staff"] = lambda: _staff_mail(service)
    made[STAFF_TELEGRAM] = lambda: _staff_bot(service)
    for name in service.config.webhooks:
        made[via_of(name)] = lambda name=name: _webhook(service, name)  # type: ignore[misc]
    return made


def file_getters(service: Service, stop: threading.Event) -> list[FileGetter]:
    """What gets the files of each channel whose provider keeps them apart, and those that our own people send to their bot; a
    vendor's library loads with the first file."""
    made = [
        FileGetter(
            channel=place.name,
            store=service.store,
            make=lambda place=place: fetcher(service.config.channels[place.name], place),  # type: ignore[misc]
            tell_trouble=partial(tell_trouble, service),
            clock=service_now,
            stop=stop,
        )
        for place in places(service)
        if offers(service.config.channels[place.name].kind, "fetcher")
    ]
    return [*made, *_staff_files(service, stop)]


def _staff_files(service: Service, stop: threading.Event) -> Iterator[FileGetter]:
    if service.config.staff.telegram is not None:
        yield FileGetter(
            channel=STAFF_BOT,
            store=service.store,
            make=lambda: _staff_fetcher(service),
            tell_trouble=partial(tell_trouble, service),
            clock=service_now,
            stop=stop,
        )


def tell_trouble(service: Service, connection: sa.Connection, channel: str, problem: str, cure: str) -> None:
    """A channel has paused: whoever reads digests, else its team's duty person, gets to know once a pause, in the transaction
    that pauses it."""
    language = service.config.service.language
    settings = service.config.channels.get(channel)
    duty = service.config.teams[settings.team].duty[:1] if settings else ()
    now = service_now()
    write_alert(
        connection,
        service.house,
        to=service.config.staff.digest_to or duty,
        occasion=f"paused:{channel}:{now.isoformat()}",
        subject=phrase(language, "paused_subject", channel=channel),
        body=phrase(language, "paused", channel=channel, problem=problem, cure=cure),
        now=now,
    )


def service_now() -> datetime:
    """The processes' clock, in UTC: see `ventanilla.house_time`."""
    return house_now()


def every(seconds: float) -> Callable[[datetime], bool]:
    """A question that is answered yes at most once in so many seconds."""
    last: list[datetime] = []

    def is_time(now: datetime) -> bool:
        if last and timedelta(0) <= now - last[0] < timedelta(seconds=seconds):  # a clock that was put back asks anew
            return False
        last[:] = [now]
        return True

    return is_time


def _join(context: Context) -> Service:
    """Read the file afresh and join under it. Raises Unreachable when it is not the one in force."""
    loaded = load_config(context.config_path, thorough=False)  # it was checked when it was put in force
    store = open_configured_store(loaded.config)
    try:
        if not is_current(store):
            from ventanilla.store.migrate import require_current  # slow to import, and rarely needed

            require_current(store)
        follow_server(store)
        with store.write() as connection:
            _require_in_force(connection, loaded)
            service = Service(
                loaded=loaded, store=store, house=open_house(connection, loaded.config, now=context.now())
            )
        _tell_if_apart(store)
        return service
    except BaseException:
        store.close()
        raise


def _require_in_force(connection: sa.Connection, loaded: Loaded) -> None:
    if not is_in_force(connection, loaded):
        raise Unreachable(
            "this file is not the one in force: copy that one here, or put this one in force with `ventanilla reload`"
        )


def _tell_if_apart(store: Store) -> None:
    try:
        apart = see_blobs_folder(store)
    except OSError as error:  # a file system that is being mounted; `doctor` says more
        log.warning("blobs_folder_unknown", problem=error.strerror)
        return
    if apart is not None:
        log.warning("blobs_apart", problem=apart.problem, cure=apart.cure)


def _apprise(service: Service) -> Sender:
    from connectors.apprise_notice import AppriseSender

    return AppriseSender(service.config)


def _webhook(service: Service, name: str) -> Sender:
    from connectors.webhook_out.sender import WebhookSender

    return WebhookSender(
        service.store,
        service.config.webhooks[name],
        instance=service.house.installation.instance,
        public_url=(service.config.service.public_url or "").rstrip("/"),
        clock=service_now,
    )


def _staff_mail(service: Service) -> Sender | None:
    from connectors.imap_email.channel import staff_sender

    return staff_sender(service.config)


def _staff_bot(service: Service) -> Sender | None:
    from connectors.telegram_chat.channel import staff_sender

    return staff_sender(service.config, queue_url(service.config))


def _staff_fetcher(service: Service) -> Fetcher | None:
    from connectors.telegram_chat.channel import staff_fetcher

    return staff_fetcher(service.config)
