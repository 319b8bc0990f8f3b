"""Puts the web process together: webhooks, the desk's pages, the API, files for providers, figures. Listens to nobody."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.assembly import Service
    from desk.calls.webhooks import Webhooks
    from desk.machine.scraping import Scraping
    from desk.media import Media
    from desk.readiness import Readiness
    from desk.room import Desk


def build_web(service: Service, webhooks: Webhooks) -> Any:
    """Everything that answers, as one application. Without [web] desk nobody of us can come in."""
    from desk.app import build_app

    config = service.config
    always: dict[str, Any] = {
        "public_url": config.service.public_url,
        "ready": build_readiness(service),
        "media": build_media(service),
        "scraping": build_scraping(service),
    }
    if not config.web.desk:
        return build_app(webhooks, **always)
    from desk.api import build_api
    from desk.pages.every import PAGES
    from desk.site import Site

    desk = build_desk(service, webhooks)
    site, api = Site(desk=desk, pages=PAGES), build_api(desk)
    return build_app(webhooks, site=site, api=api, **always)


def build_readiness(service: Service) -> Readiness:
    """What says whether this machine can take visits just now."""
    from config.apply import is_in_force
    from desk.readiness import Readiness

    def ask() -> bool:
        with service.store.read() as connection:
            return is_in_force(connection, service.loaded)

    return Readiness(is_in_force=ask)


def build_desk(service: Service, webhooks: Webhooks) -> Desk:
    """What pages and API have at hand: the service's store, house and queue."""
    from cli.assembly import queue_url, service_now
    from desk.room import Desk

    return Desk(
        store=service.store,
        house=service.house,
        clock=service_now,
        enqueue=webhooks.enqueue,
        queue_url=queue_url(service.config),
    )


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
