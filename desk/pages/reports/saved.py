"""The reports that are sent by themselves: what each covers, when it goes next and to whom, and what went last."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from config.reports import ReportSettings
from desk.pages.page import Visit
from reports.recipients import recipients
from reports.schedule import following, latest
from reports.sending import written_at


def saved_page(visit: Visit) -> Response:
    """/reports/saved."""
    with visit.desk.store.read() as connection:
        listed = [_told(visit, connection, settings) for settings in visit.desk.config.reports]
    return visit.render("reports/saved.html", saved=listed)


def _told(visit: Visit, connection: sa.Connection, settings: ReportSettings) -> dict[str, Any]:
    zone = visit.desk.house.zone()
    coming, last = (each(settings, zone, now=visit.now) for each in (following, latest))
    return {
        "settings": settings,
        "coming": coming,
        "last": last,
        "written_at": written_at(connection, settings, last),
        "to": recipients(connection, visit.desk.house, settings),
    }
