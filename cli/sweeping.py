"""What is done again and again so that nothing depends on anybody's memory: safe to repeat and to run twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from cli.assembly import Service, every, queue_url, service_now
from router.assigning.endings import close_what_is_over, wake_what_waited
from router.assigning.lapses import lapse_acceptances
from router.assigning.leavers import hand_over_leavers
from router.assigning.line import drain_line, move_on_from_absent
from router.automatic.announcements import announce_delays
from router.automatic.late_by_law import tell_before_late
from router.notices.digests import send_morning_digests, send_opening_digests, send_screened_digest
from router.past_us.waking import wake_what_is_known
from router.promises.sweep import warn_and_break
from router.quiet.watch import QuietWatch
from router.retention.keeper import RetentionKeeper
from router.timekeeping.keeper import catch_up
from router.webhooks_out.writing import write_webhooks
from router.whatsapp.warning import warn_of_closing_windows
from ventanilla.errors import AnotherSchema, Temporary
from ventanilla.queue import backlog, build_broker, enqueue
from ventanilla.store.api_requests import KEPT, forget_old_requests
from ventanilla.store.deliveries import forget_old_reports
from ventanilla.store.events import Journal
from ventanilla.store.inbox import overdue

log = structlog.get_logger(__name__)

PAUSE = 1.0
REPORTS_KEPT = timedelta(days=7)  # of things that we never noted as sent: by then nobody will
SETTLING = timedelta(minutes=3)  # a house that was down has to catch up before anybody says that nothing comes
EVENTS, CASES, LATE = 2000, 300, 150  # a round's new events, cases worked out afresh, late clocks: a second's work each
LAST_WORK = 5.0  # seconds that a report which is being made has to be done with when all stops
LONG_LINE = 200  # messages waiting on the queue beyond which the sweeper adds none


def sweep_until(service: Service, stop: threading.Event, beat: Callable[[], None]) -> None:
    """One round a second until `stop`. A round that fails is logged; the next one does its work.

    What may take long (a report over a big store, a digest for each of many people) has a thread of its own, so that nobody who
    waits for an acceptance, for their turn in the line or for a warning waits for that too.
    """
    broker = build_broker(queue_url(service.config))
    unhurried = threading.Thread(target=sweep_unhurried, args=(service, stop), name="sweep-unhurried", daemon=True)
    unhurried.start()
    while not stop.is_set():
        beat()
        sweep_at_once(service)
        _try("queue", lambda: bring_back(service, broker))
        stop.wait(PAUSE)
    unhurried.join(LAST_WORK)  # what is still not done then is undone by the store, and done by whoever comes next


def sweep_at_once(service: Service) -> None:
    """What people wait for: a second at the most for each piece of work, and the rest in the next round."""
    store, house, now = service.store, service.house, service_now()
    _try("books", lambda: catch_up(store, house, now=now, limit=EVENTS, cases=CASES))
    _try("webhooks", lambda: write_webhooks(store, house, now=now))
    _try("promises", lambda: warn_and_break(store, house, _journal(now), limit=LATE, patience=PAUSE))
    _try("presence and line", lambda: drain_line(store, house, _journal(now)))
    _try("absent owners", lambda: move_on_from_absent(store, house, _journal(now)))
    _try("acceptances", lambda: lapse_acceptances(store, house, _journal(now)))
    _try("leavers", lambda: hand_over_leavers(store, house, _journal(now)))
    _try("digests", lambda: send_opening_digests(store, house, now=now))


def sweep_unhurried(service: Service, stop: threading.Event) -> None:
    """Until `stop`, what has its own minute or hour. The reports come last of a round: nothing else waits for them."""
    rarely, each_minute, now_and_then = every(600), every(60), every(120)
    store, house = service.store, service.house
    watch, settled_at = QuietWatch(store), service_now() + SETTLING
    retention = RetentionKeeper(store, clock=service_now)
    while not stop.is_set():
        now = service_now()
        is_minute = each_minute(now)
        if is_minute:
            _try("delays", lambda: announce_delays(store, house, _journal(now)))  # noqa: B023
            _try("late by law", lambda: tell_before_late(store, house, _journal(now)))  # noqa: B023
            _try("waits", lambda: wake_what_waited(store, house, _journal(now)))  # noqa: B023
            _try("awaited", lambda: wake_what_is_known(store, _journal(now)))  # noqa: B023
            _try("windows", lambda: warn_of_closing_windows(store, house, _journal(now)))  # noqa: B023
            _try("mornings", lambda: send_morning_digests(store, house, now=now))  # noqa: B023
        if now > settled_at and now_and_then(now):
            _try("silence", lambda: watch.look(house, now=now))  # noqa: B023
        if rarely(now):
            _try("screened", lambda: send_screened_digest(store, house, now=now))  # noqa: B023
            _try("endings", lambda: close_what_is_over(store, house, _journal(now)))  # noqa: B023
            _try("reports", lambda: forget_old_reports(store, before=now - REPORTS_KEPT))  # noqa: B023
            _try("answered requests", lambda: forget_old_requests(store, before=now - KEPT))  # noqa: B023
        if now > settled_at:
            _try("retention", lambda: retention.keep(house, now=now))  # noqa: B023
        if is_minute:
            _try("sent reports", lambda: _send_reports(service, now))  # noqa: B023
        stop.wait(PAUSE)


def bring_back(service: Service, broker: Any) -> int:
    """Put overdue rows on the queue again, one by one, unless its line is long as it is; return how many."""
    if backlog(broker) > LONG_LINE:
        return 0
    ids = overdue(service.store, now=service_now())
    if ids:
        enqueue(broker, ids, chunk=1)
        log.info("brought_back", items=len(ids))
    return len(ids)


def _send_reports(service: Service, now: datetime) -> int:
    if not service.config.reports:
        return 0
    from reports.sending import send_due_reports  # percentiles, pages and sheets: only where a report is sent at all

    return send_due_reports(service.store, service.house, now=now)


def _journal(now: datetime) -> Journal:
    """A fresh one for each piece of work: what a failed one noted must not be written by the next."""
    return Journal(now=now, actor="sweeper")


def _try(what: str, action: Callable[[], object]) -> None:
    try:
        action()
    except (Temporary, AnotherSchema) as error:
        log.warning("sweep_postponed", what=what, problem=str(error))
    except Exception:
        log.exception("sweep_failed", what=what)
