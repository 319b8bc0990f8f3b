"""`desk`: the web process. Providers call it (webhooks); later the API and the desk page live there too."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
import typer

if TYPE_CHECKING:
    from cli.assembly import Service
    from config.schema import Config
    from desk.calls.webhooks import Webhooks
    from desk.machine.scraping import Scraping
    from desk.media import Media
    from desk.site import Site

log = structlog.get_logger(__name__)

FLUSH_EVERY = 3.0
LAST_WORDS = 5.0


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(desk)


def desk() -> int:
    """Listen where [web] says, for what providers report by themselves. (Part of `up`, where it is needed.)

    Example: ventanilla desk --config shop.toml
    """
    from cli.processes import Part

    part = Part()
    service = part.join()
    if service is None:
        return part.code()
    from desk.app import build_app
    from desk.listening import listen
    from desk.server import WebServer
    from ventanilla.errors import Unreachable

    address = service.config.web.listen
    try:
        listener = listen(address)
    except Unreachable as error:
        log.error("cannot_listen", listen=address, problem=str(error))  # noqa: TRY400
        return 3
    webhooks = build_webhooks(service)
    public_url, media = service.config.service.public_url, build_media(service)
    site = build_site(service, webhooks)
    app = build_app(webhooks, public_url=public_url, media=media, scraping=build_scraping(service), site=site)
    server = WebServer(app, listener)
    threads = [
        threading.Thread(target=server.run, name="web"),
        threading.Thread(target=_count_refusals, args=(webhooks, part.stop), name="refusals"),
    ]
    for thread in threads:
        thread.start()
    log.info("listening", listen=address, webhooks=[f"{channel}/{path}" for channel, path in webhooks.hooks])
    part.watch(threads)
    server.stop()
    for thread in threads:
        thread.join(timeout=LAST_WORDS)
    return part.code()


def is_needed(config: Config) -> bool:
    """Whether `up` starts this process: somebody asked for it by [web] listen or metrics, or a provider can call a channel here."""
    asked = config.web.model_fields_set
    if "listen" in asked or ("metrics" in asked and config.web.metrics != "off"):
        return True
    if config.service.public_url is None:
        return False
    from connectors.registry import offers

    return any(offers(settings.kind, "hooks") for settings in config.channels.values())


def build_webhooks(service: Service) -> Webhooks:
    """Every hook of every channel, over the service's store and queue. Without `public_url` there is none: what a provider
    signs is the address it calls."""
    from cli.assembly import places, queue_url, service_now
    from connectors.registry import hooks
    from desk.calls.webhooks import Webhooks
    from router.bounces import tell_of_failure
    from ventanilla.queue import build_broker, enqueue

    broker = build_broker(queue_url(service.config))
    channels = service.config.channels
    reachable = service.config.service.public_url is not None
    return Webhooks(
        store=service.store,
        hooks={
            (place.name, hook.path): hook
            for place in (places(service) if reachable else ())
            for hook in hooks(channels[place.name], place)
        },
        enqueue=lambda ids: enqueue(broker, ids),
        clock=service_now,
        failed=lambda connection, row, journal: tell_of_failure(connection, service.house, row, journal),
    )


def build_site(service: Service, webhooks: Webhooks) -> Site:
    """The desk's pages over the service's store and queue."""
    from cli.assembly import queue_url, service_now
    from desk.pages.every import PAGES
    from desk.room import Desk
    from desk.site import Site

    desk = Desk(
        store=service.store,
        house=service.house,
        clock=service_now,
        enqueue=webhooks.enqueue,
        queue_url=queue_url(service.config),
    )
    return Site(desk=desk, pages=PAGES)


def build_media(service: Service) -> Media:
    """What gives out files by the addresses that this installation has signed."""
    from cli.assembly import service_now
    from desk.media import Media

    signing_key = service.house.installation.signing_key
    return Media(blobs=service.store.blobs, signing_key=signing_key, clock=service_now)


def build_scraping(service: Service) -> Scraping | None:
    """What gives the machine's own figures to Prometheus; None where the file turns that off."""
    if service.config.web.metrics == "off":
        return None
    from cli.assembly import service_now
    from desk.machine.metrics import Metrics
    from desk.machine.scraping import Scraping
    from ventanilla.errors import Temporary, Unreachable

    metrics = Metrics(service.store, clock=service_now)
    with suppress(Temporary, Unreachable):  # the first scrape does it then
        metrics.begin()
    return Scraping(settings=service.config.web, scrape=metrics.scrape)


def _count_refusals(webhooks: Webhooks, stop: threading.Event) -> None:
    from cli.assembly import service_now

    while not stop.wait(FLUSH_EVERY):
        webhooks.refusals.flush(webhooks.store, now=service_now())
    webhooks.refusals.flush(webhooks.store, now=service_now())
