"""The figures of a question: worked out once, whole and in its groups, from books that are up to date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.pages.page import Visit
from desk.pages.reports.question import Question, split_of
from desk.pages.reports.working import FRESH, Workshop
from desk.room import Desk
from reports.asking import make_report
from reports.figures import Report
from router.house import House
from router.timekeeping.keeper import catch_up
from ventanilla.store.engine import Store

_STEP = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`whole` is one group with all that is drawn; `split` the same days in groups, where somebody asked for them."""

    whole: Report
    split: Report | None

    @property
    def splits(self) -> tuple[Report, ...]:
        return () if self.split is None else (self.split,)


WORKSHOP: Workshop[Made] = Workshop()


def figures_of(visit: Visit, question: Question, *, patience: float, fresh: timedelta = FRESH) -> Made | None:
    """The figures; None where they take longer than `patience` seconds. Raises Temporary."""
    desk, seen_by = visit.desk, visit.person.agent
    whose = seen_by if question.mine else ""
    key = (str(desk.store.engine.url), desk.house.version, whose, question.wanted, question.by)
    return WORKSHOP.get(
        key, lambda: _make(desk, question, seen_by, now=visit.now), now=visit.now, patience=patience, fresh=fresh
    )


def bring_books_up_to_date(store: Store, house: House, *, now: datetime) -> None:
    """Clocks and seals as of now; a last look seals what the books themselves wrote."""
    while catch_up(store, house, now=now, limit=_STEP) >= _STEP:
        pass
    catch_up(store, house, now=now, limit=_STEP)


def _make(desk: Desk, question: Question, seen_by: str, *, now: datetime) -> Made:
    bring_books_up_to_date(desk.store, desk.house, now=now)
    split = split_of(question)
    return Made(
        whole=make_report(desk.store, desk.house, question.wanted, now=now, seen_by=seen_by),
        split=None if split is None else make_report(desk.store, desk.house, split, now=now, seen_by=seen_by),
    )
