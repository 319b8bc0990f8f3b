"""The queue side's composition root: builds the broker and declares the actors.

`ventanilla route` runs it; `dramatiq worker:setup --path FOLDER` works as well, with the config file in $VENTANILLA_CONFIG.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime

import dramatiq
import structlog
from dramatiq.brokers.redis import RedisBroker

from config.load import load_config
from config.opening import open_configured_store
from config.schema import Config
from connectors.registry import Place, kind, sent_reader
from router.house import House, open_house
from router.incoming.in_person import read_taken
from router.reading import Readers
from router.service import Router, route_items
from ventanilla.errors import Temporary
from ventanilla.house_time import house_now
from ventanilla.queue import ROUTE_ACTOR, ROUTE_QUEUE, build_broker
from ventanilla.store.engine import Store
from ventanilla.words import IN_PERSON, STAFF_BOT

log = structlog.get_logger(__name__)

TIME_LIMIT_MS = 120_000


def utc_now() -> datetime:
    """The only clock of the running service: the house's."""
    return house_now()


def build_readers(config: Config, house: House) -> Readers:
    """A reader for each channel of the file and for the staff's bot, and the trial module of those whose items could kill one."""
    readers, trials, of_ours = {}, {}, {}
    for name, settings in config.channels.items():
        module = kind(settings.kind)
        place = Place(name=name, config=config, installation=house.installation, since=utc_now())
        readers[name] = module.reader(settings, place)
        if (reads_ours := sent_reader(settings, place)) is not None:
            of_ours[name] = reads_ours
        if module.TRIAL is not None:
            trials[name] = module.TRIAL
    readers[IN_PERSON] = read_taken
    if config.staff.telegram is not None:
        from connectors.telegram_chat.channel import staff_reader

        read = staff_reader(config, house.installation)
        if read is not None:
            readers[STAFF_BOT] = read
    return Readers(readers, trials, of_ours)


def build_router(config: Config, store: Store) -> Router:
    """Everything that routing needs, at the config version in force."""
    with store.write() as connection:
        house = open_house(connection, config, now=utc_now())
    return Router(store=store, house=house, readers=build_readers(config, house), clock=utc_now)


def route_messages(router: Router) -> Callable[[Sequence[int]], None]:
    """The actor's body: route these rows; what the store cannot take now, the sweeper brings back."""

    def route(ids: Sequence[int]) -> None:
        try:
            route_items(router, ids)
        except Temporary as error:
            log.warning("routing_interrupted", items=len(ids), problem=str(error))

    return route


def declare_actors(broker: RedisBroker, router: Router) -> None:
    """Declare what this process works: immediate messages that name rows, no retries, no delays."""
    declare = dramatiq.actor(
        broker=broker, queue_name=ROUTE_QUEUE, actor_name=ROUTE_ACTOR, max_retries=0, time_limit=TIME_LIMIT_MS
    )
    declare(route_messages(router))


def setup() -> None:
    """What Dramatiq's own command calls. Its return value is ignored, so it sets the broker."""
    loaded = load_config(os.environ.get("VENTANILLA_CONFIG", "ventanilla.toml"))
    url = os.environ.get("VENTANILLA_QUEUE_URL") or loaded.config.queue_url()
    broker = build_broker(url or "")
    dramatiq.set_broker(broker)
    declare_actors(broker, build_router(loaded.config, open_configured_store(loaded.config)))
