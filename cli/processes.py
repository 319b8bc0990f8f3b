"""`connect`, `route`, `deliver`, `sweep`: one part of the service each, for `up` to run or for running on several machines."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import structlog
import typer

from cli.context import context
from ventanilla.errors import AnotherSchema

log = structlog.get_logger(__name__)

AGAIN = 75  # daemon.inside.START_ME_AGAIN
FOLLOW = 5.0  # seconds between two looks at which file is in force
ASK_TIME = 30.0  # seconds between two looks at what time it is at the store


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(connect)
    app.command()(route)
    app.command()(deliver)
    app.command()(sweep)


def connect() -> int:
    """Pull what customers send, from every channel, and get the files that their providers keep. (Part of `up`.)

    Example: ventanilla connect --config shop.toml
    """
    part = Part()
    service = part.join()
    if service is None:
        return part.code()
    from cli.assembly import file_getters, places, queue_url, service_now, tell_trouble
    from cli.comparings import comparing_loop
    from cli.copiers import copiers
    from cli.followings import followings
    from cli.staffing import offer_menu, staff_pullers
    from connectors.pull import Puller
    from connectors.registry import kind
    from ventanilla.queue import build_broker, enqueue

    broker = build_broker(queue_url(service.config))
    pullers = [
        Puller(
            channel=place.name,
            source=source,
            store=service.store,
            poll=service.config.channels[place.name].poll,
            enqueue=lambda ids: enqueue(broker, ids),
            tell_trouble=partial(tell_trouble, service),
            clock=service_now,
        )
        for place in places(service)
        for source in kind(service.config.channels[place.name].kind).sources(service.config.channels[place.name], place)
    ]
    pullers += staff_pullers(service, lambda ids: enqueue(broker, ids))
    offer_menu(service)
    getters = file_getters(service, part.stop)
    threads = [threading.Thread(target=puller.run, name=f"pull {puller.source.name}") for puller in pullers]
    threads += [threading.Thread(target=getter.run, name=f"files {getter.channel}") for getter in getters]
    threads += [threading.Thread(target=one.run, name=f"copies {one.channel}") for one in copiers(service, part.stop)]
    threads += [threading.Thread(target=one.run, name=f"sent {one.channel}") for one in followings(service, part.stop)]
    # It ends with the process, whatever a slow source is just telling it: a comparison that is cut off has changed nothing.
    threads.append(threading.Thread(target=comparing_loop(service, part.stop).run, name="reconcile", daemon=True))
    for thread in threads:
        thread.start()
    part.watch(threads)
    for puller in pullers:
        puller.interrupt()
    for thread in threads:
        thread.join(timeout=10)
    return part.code()


def route(
    threads: Annotated[int, typer.Option(help="How many messages to route at once.", min=1, max=64)] = 4,
) -> int:
    """Route what came in: one responsible person for each case. (Part of `up`.)

    Example: ventanilla route --threads 8
    """
    part = Part()
    service = part.join()
    if service is None:
        return part.code()
    from cli.assembly import queue_url
    from ventanilla.queue import build_broker, run_worker
    from worker import build_router, declare_actors

    broker = build_broker(queue_url(service.config))
    declare_actors(broker, build_router(service.config, service.store))
    run_worker(broker, threads=threads, stop_event=part.stop, on_tick=part.tick)
    return part.code()


def deliver() -> int:
    """Send what is due: notices to staff, receipts to customers. (Part of `up`.)

    Example: ventanilla deliver --config shop.toml
    """
    part = Part()
    service = part.join()
    if service is None:
        return part.code()
    from cli.staffing import deliverer

    sending = deliverer(service, part.stop)
    thread = threading.Thread(target=sending.run, name="deliver")
    thread.start()
    part.watch([thread])
    thread.join()
    return part.code()


def sweep() -> int:
    """Bring back what a queue lost, drain the waiting line, move on from whoever has gone off duty. (Part of `up`.)

    Example: ventanilla sweep --config shop.toml
    """
    part = Part()
    service = part.join()
    if service is None:
        return part.code()
    from cli.sweeping import sweep_until

    sweep_until(service, part.stop, part.tick)
    return part.code()


class Part:
    """A process's manners: signals, heartbeat, and its exit code (75 asks the supervisor for a fresh start)."""

    def __init__(self) -> None:
        from daemon.inside import beat, stop_on_signals
        from ventanilla.logs import set_up_logs

        set_up_logs()
        self.beat = beat
        self._again = False
        self._service: Any = None
        self._looked = self._asked = time.monotonic()
        self.stop = stop_on_signals(on_reload=self._reload)

    def join(self) -> Any:
        """The service, once it can be joined; None when told to stop before."""
        from cli.assembly import join_service

        self._service = join_service(context(), self.stop, self.beat)
        return self._service

    def tick(self) -> None:
        """Once a second: a sign of life; and when another file was put in force, or the store's schema has become another's, a
        fresh start, which waits until it fits."""
        self.beat()
        if self._service is None:
            return
        try:
            self._look_around()
        except AnotherSchema as error:
            log.warning("another_schema", reason=str(error))
            self._reload()

    def _look_around(self) -> None:
        from cli.assembly import keep_time, still_in_force

        now = time.monotonic()
        if now - self._looked > FOLLOW:
            self._looked = now
            if not still_in_force(self._service):
                log.info("another_file_is_in_force")
                self._reload()
        if now - self._asked > ASK_TIME:
            self._asked = now
            keep_time(self._service)

    def watch(self, threads: Sequence[threading.Thread]) -> None:
        """Until told to stop, or until a thread that must not end has ended."""
        while not self.stop.wait(1.0):
            self.tick()
            ended = [thread.name for thread in threads if not thread.is_alive()]
            if ended:
                log.error("thread_ended", names=ended)
                self._again = True
                self.stop.set()

    def code(self) -> int:
        """0 after a clean stop, 75 to be started again."""
        return AGAIN if self._again else 0

    def _reload(self) -> None:
        self._again = True
        self.stop.set()
