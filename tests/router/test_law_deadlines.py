"""By when the law wants an answer: the vectors of the specification, and each deadline of each pack with days counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from config.packs import PACKS, all_packs, read_pack
from router.promises.law import deadlines, last_day, months_after, named, until_first_answer
from ventanilla.clocks.calendar import Calendar
from ventanilla.measures.terms import Deadline
from ventanilla.words import Kind

HOURS = {"mon-fri": ["09:00-18:00"]}
ZONES = {"ES": "Europe/Madrid", "CO": "America/Bogota", "PE": "America/Lima", "MX": "America/Mexico_City"}


def calendar(country: str | None, region: str | None = None) -> Calendar:
    zone = ZONES.get(country or "ES", "UTC")
    return Calendar.build(zone=zone, hours=HOURS, holidays={"country": country, "region": region})


def noon(text: str) -> datetime:
    """Noon in Madrid, early morning in America: the same date everywhere."""
    return datetime.fromisoformat(f"{text}T11:00:00+00:00")


def told(
    pack: str, received: str, *, kind: Kind = Kind.CLAIM, tags: tuple[str, ...] = (), where: Calendar | None = None
) -> list[Deadline]:
    country = read_pack(pack).country
    found = deadlines(
        pack, kind=kind, tags=tags, received_at=noon(received), calendar=where or calendar(country or "ES")
    )
    return list(found)


@pytest.mark.parametrize(
    ("country", "region", "day"),
    [
        ("CO", None, date(2026, 12, 29)),
        ("ES", None, date(2026, 12, 29)),
        ("ES", "MD", date(2026, 12, 30)),
        ("PE", None, date(2026, 12, 30)),
        ("MX", None, date(2026, 12, 28)),
    ],
)
def test_fifteen_working_days_from_friday_4_december_2026(country: str, region: str | None, day: date) -> None:
    (found,) = deadlines(
        "es-ley-10-2025",
        kind=Kind.CLAIM,
        tags=(),
        received_at=noon("2026-12-04"),
        calendar=calendar(country, region),
    )
    assert found.due_on == day


# From Friday 4 December 2026. In Spain 8 and 25 December and 1 and 6 January are holidays, in Colombia 8 and 25 December and
# 1 and 11 January, in Peru 8, 9 and 25 December and 1 January.
BY_HAND = [
    ("es-consumidores", Kind.COMPLAINT, (), {"complaint": "2026-12-19"}),  # a Saturday, and it stays one
    ("es-consumidores", Kind.CLAIM, (), {"claim": "2026-12-19"}),
    ("es-ley-10-2025", Kind.COMPLAINT, (), {"complaint": "2026-12-29"}),
    ("es-ley-10-2025", Kind.CLAIM, (), {"claim": "2026-12-29"}),
    ("es-ley-10-2025", Kind.CLAIM, ("Facturación",), {"billing": "2026-12-09"}),
    ("es-ley-10-2025", Kind.CLAIM, ("continuidad",), {"continuity": "2026-12-04", "claim": "2026-12-29"}),
    ("es-ley-10-2025", Kind.QUERY, ("corte",), {"continuity": "2026-12-04"}),
    ("co-pqrs", Kind.REQUEST, (), {"request": "2026-12-29"}),
    ("co-pqrs", Kind.COMPLAINT, (), {"complaint": "2026-12-29"}),
    ("co-pqrs", Kind.CLAIM, (), {"claim": "2026-12-29"}),
    ("co-pqrs", Kind.SUGGESTION, (), {"suggestion": "2026-12-29"}),
    ("co-pqrs", Kind.REQUEST, ("información",), {"documents": "2026-12-21"}),  # 7 9 10 11 14 15 16 17 18 21
    ("co-pqrs", Kind.QUERY, (), {"consultation": "2027-01-21"}),  # 29 Dec is the 15th; 30 31, 4-8, 12-15, 18-21
    ("co-consumidor", Kind.COMPLAINT, (), {"complaint": "2026-12-29"}),
    ("co-consumidor", Kind.CLAIM, (), {"claim": "2026-12-29"}),
    ("pe-libro-reclamaciones", Kind.COMPLAINT, (), {"complaint": "2026-12-30"}),
    ("pe-libro-reclamaciones", Kind.CLAIM, (), {"claim": "2026-12-30"}),
    ("eu-gdpr-dsar", Kind.REQUEST, (), {"request": "2027-01-04"}),
    ("es-consumidores", Kind.QUERY, (), {}),
    ("es-ley-10-2025", Kind.QUERY, ("facturas",), {}),
    ("co-consumidor", Kind.SUGGESTION, (), {}),
]


@pytest.mark.parametrize(("pack", "kind", "tags", "expected"), BY_HAND)
def test_each_deadline_of_each_pack_falls_on_the_day_that_was_counted_by_hand(
    pack: str, kind: Kind, tags: tuple[str, ...], expected: dict[str, str]
) -> None:
    found = told(pack, "2026-12-04", kind=kind, tags=tags)
    assert {one.name: one.due_on.isoformat() for one in found} == {
        f"{pack}:{name}": day for name, day in expected.items()
    }


def test_no_deadline_of_any_pack_is_without_its_case_here() -> None:
    tried = {(pack, name) for pack, _, _, expected in BY_HAND for name in expected}
    written = {
        (law.name, name)
        for law in all_packs()
        for one in law.deadlines
        for name in ([one.name] if one.name else map(str, one.kinds))
    }
    assert written == tried


def test_the_last_day_counts_whole_on_the_wall_of_its_own_zone() -> None:
    (spain,) = told("es-consumidores", "2026-12-04")
    assert spain.due_at == datetime(2026, 12, 19, 23, 0, tzinfo=UTC)  # midnight in Madrid
    (peru,) = told("pe-libro-reclamaciones", "2026-12-04")
    assert peru.due_at == datetime(2026, 12, 31, 5, 0, tzinfo=UTC)  # midnight in Lima
    (summer,) = told("es-consumidores", "2026-10-10")  # due on the night the clock goes back
    assert summer.due_at == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


def test_the_day_of_receipt_is_the_one_on_the_houses_wall() -> None:
    late = datetime(2026, 12, 3, 23, 30, tzinfo=UTC)  # already the 4th in Madrid
    (found,) = deadlines("es-consumidores", kind="claim", tags=(), received_at=late, calendar=calendar("ES"))
    assert found.due_on == date(2026, 12, 19)


def test_two_hours_are_two_hours_at_night_and_across_a_change_of_the_clock() -> None:
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    (found,) = deadlines("es-ley-10-2025", kind="query", tags=["outage"], received_at=at, calendar=calendar("ES"))
    assert (found.due_at, found.due_on) == (at + timedelta(hours=2), date(2026, 10, 25))
    assert until_first_answer(found.name)
    assert not until_first_answer("es-ley-10-2025:claim")
    assert not until_first_answer("gone:claim")


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("2026-10-05", "2026-11-05"),  # a Thursday
        ("2026-08-31", "2026-09-30"),  # September has no 31st
        ("2027-01-31", "2027-03-01"),  # 28 February is a Sunday
        ("2026-11-08", "2026-12-09"),  # 8 December is a holiday in Spain
        ("2026-11-25", "2026-12-28"),  # Christmas Day is a Friday: Monday
        ("2026-12-01", "2027-01-04"),  # 1 January is a holiday and a Friday
    ],
)
def test_one_month_goes_by_the_rules_for_months(received: str, day: str) -> None:
    (found,) = told("eu-gdpr-dsar", received)
    assert found.due_on.isoformat() == day


def test_months_end_with_the_month_where_it_has_no_such_day() -> None:
    assert months_after(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert months_after(date(2026, 11, 30), 1) == date(2026, 12, 30)


def test_deadlines_come_nearest_first_and_a_naive_receipt_is_refused() -> None:
    found = told("es-ley-10-2025", "2026-12-04", tags=("continuity",))
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    assert len(found) == 2
    with pytest.raises(ValueError, match="time zone"):
        deadlines("es-consumidores", kind="claim", tags=(), received_at=datetime(2026, 1, 1), calendar=calendar("ES"))


def test_a_name_leads_back_to_its_pack_and_article() -> None:
    found = named("es-ley-10-2025:billing")
    assert found is not None
    assert (found[0].name, found[1].source) == ("es-ley-10-2025", "art. 17.3")
    assert named("es-consumidores:claim") is not None
    assert named("es-consumidores:query") is None
    assert named("gone:claim") is None
    with pytest.raises(ValueError, match="no last day"):
        last_day(named("es-ley-10-2025:continuity")[1], date(2026, 12, 4), calendar("ES"))  # type: ignore[index]


def test_each_pack_names_its_source_and_the_day_it_was_reviewed() -> None:
    assert [law.name for law in all_packs()] == list(PACKS)
    assert {law.reviewed for law in all_packs()} == {date(2026, 11, 21)}
    assert all(law.source and law.who.es and law.who.en and law.required for law in all_packs())
