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
from router.promises.sweep import warn_and_break
from router.quiet.watch import QuietWatch
from router.timekeeping.keeper import catch_up
from router.whatsapp.warning import warn_of_closing_windows
from ventanilla.errors import Temporary
from ventanilla.queue import backlog, build_broker, enqueue
from ventanilla.store.deliveries import forget_old_reports
from ventanilla.store.events import Journal
from ventanilla.store.inbox import overdue

log = structlog.get_logger(__name__)

PAUSE = 1.0
REPORTS_KEPT = timedelta(days=7)  # of things that we never noted as sent: by then nobody will
SETTLING = timedelta(minutes=3)  # a house that was down has to catch up before anybody says that nothing comes
LONG_LINE = 200  # messages waiting on the queue beyond which the sweeper adds none


def sweep_until(service: Service, stop: threading.Event, beat: Callable[[], None]) -> None:
    """One round a second until `stop`. A round that fails is logged; the next one does its work."""
    broker = build_broker(queue_url(service.config))
    hourly, each_minute, now_and_then = every(600), every(60), every(120)
    watch, settled_at = QuietWatch(service.store), service_now() + SETTLING
    while not stop.is_set():
        beat()
        now = service_now()
        _try("books", lambda: catch_up(service.store, service.house, now=now))  # noqa: B023
        _try("promises", lambda: warn_and_break(service.store, service.house, _journal(now)))  # noqa: B023
        _try("presence and line", lambda: drain_line(service.store, service.house, _journal(now)))  # noqa: B023
        _try("absent owners", lambda: move_on_from_absent(service.store, service.house, _journal(now)))  # noqa: B023
        _try("acceptances", lambda: lapse_acceptances(service.store, service.house, _journal(now)))  # noqa: B023
        _try("leavers", lambda: hand_over_leavers(service.store, service.house, _journal(now)))  # noqa: B023
        _try("digests", lambda: send_opening_digests(service.store, service.house, now=now))  # noqa: B023
        if each_minute(now):
            _try("mornings", lambda: send_morning_digests(service.store, service.house, now=now))  # noqa: B023
            _try("delays", lambda: announce_delays(service.store, service.house, _journal(now)))  # noqa: B023
            _try("late by law", lambda: tell_before_late(service.store, service.house, _journal(now)))  # noqa: B023
            _try("waits", lambda: wake_what_waited(service.store, service.house, _journal(now)))  # noqa: B023
            _try("sent reports", lambda: _send_reports(service, now))  # noqa: B023
            _try("windows", lambda: warn_of_closing_windows(service.store, service.house, _journal(now)))  # noqa: B023
        if now > settled_at and now_and_then(now):
            _try("silence", lambda: watch.look(service.house, now=now))  # noqa: B023
        if hourly(now):
            _try("screened", lambda: send_screened_digest(service.store, service.house, now=now))  # noqa: B023
            _try("endings", lambda: close_what_is_over(service.store, service.house, _journal(now)))  # noqa: B023
            _try("reports", lambda: forget_old_reports(service.store, before=now - REPORTS_KEPT))  # noqa: B023
        _try("queue", lambda: bring_back(service, broker))
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
    except Temporary as error:
        log.warning("sweep_postponed", what=what, problem=str(error))
    except Exception:
        log.exception("sweep_failed", what=what)
