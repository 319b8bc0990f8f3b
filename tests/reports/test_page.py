"""The page of a report: one file, whole without anything else, and the report's own numbers in it."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from lxml import html

from reports.figures import Figure, Report, Slow
from reports.page import render_page
from reports.page.style import STYLE
from tests.reports import made_up
from ventanilla.store.seals import Seal

LANGUAGES = ("es", "en")
REPORTS = {
    "usual": made_up.usual_month,
    "busy": lambda: made_up.usual_month(scale=4321),
    "one case": made_up.one_case,
    "empty": made_up.empty,
    "by team": made_up.by_team,
}
SEAL = Seal(number=48_211, hash="9f2c" * 16)


def page_of(report: Report, language: str = "es", **more: object) -> html.HtmlElement:
    return html.document_fromstring(render_page(report, made_up.house_named(), language, now=made_up.NOW, **more))  # type: ignore[arg-type]


def values(row: html.HtmlElement, path: str) -> list[float]:
    return [float(found.get("value")) for found in row.xpath(path)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_is_whole_and_loads_nothing(name: str, language: str) -> None:
    page = page_of(REPORTS[name](), language, splits=(made_up.by_team(),), seal=SEAL)

    assert page.get("lang") == language
    assert not page.xpath("//script | //link | //img | //iframe | //object | //embed | //form | //base | //@style")
    assert not [value for value in page.xpath("//@src | //@srcset | //@href | //@action") if not value.startswith("#")]
    assert not re.search(r"https?:|url\(|@import|//\w", html.tostring(page, encoding="unicode"))
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert page.xpath("//style/text()") == [STYLE]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_can_be_heard(name: str, language: str) -> None:
    page = page_of(REPORTS[name](), language, splits=(made_up.by_team(),))
    ids = page.xpath("//@id")
    levels = [int(one.tag[1]) for one in page.xpath("//h1 | //h2 | //h3")]

    assert len(ids) == len(set(ids))
    assert not [one for one in page.xpath("//@aria-labelledby") for name in one.split() if name not in ids]
    assert all(one.xpath("./title") and one.xpath("./desc") for one in page.xpath("//svg"))
    assert all(one.xpath("./caption") for one in page.xpath("//table"))
    assert not page.xpath("//thead//th[not(@scope='col')] | //tbody//th[not(@scope='row')]")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(one.xpath("./ancestor::figure//table") for one in page.xpath("//svg"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_are_the_reports_own(language: str) -> None:
    report = made_up.usual_month()
    page = page_of(report, language)

    for one, row in zip(report.figures, page.xpath("//table[@id='all']/tbody/tr"), strict=True):
        spreads = [getattr(one.elapsed, name) for name in ("p50", "p90", "p95", "max")]
        business = [getattr(one.business, name) for name in ("p50", "p90", "p95", "max")]
        assert values(row, ".//data[@class='elapsed']") == pytest.approx(spreads)
        assert values(row, ".//data[@class='business']") == pytest.approx(business)
        assert one.count in values(row, "./td[1]/data")
    for slow, row in zip(report.worst, page.xpath("//table[@id='worst']/tbody/tr"), strict=True):
        assert row.xpath("string(./th)") == slow.key
        assert values(row, ".//data[@class='elapsed']") == [slow.seconds]
    assert values(page, "//table[@id='heat-numbers']//td[last()]/data") == sums(report.arrivals)
    assert values(page, "//table[@id='backlog-numbers']//data") == [count for _, count in report.backlog]
    counted = values(page, "//table[@id='distribution-first_response-numbers']//td/data")
    assert counted == [count for _, _, count in report.distribution]


def sums(arrivals: tuple[tuple[int, int, int], ...]) -> list[float]:
    return [float(sum(count for weekday, _, count in arrivals if weekday == day)) for day in range(7)]


@pytest.mark.parametrize(("language", "told"), [("es", "mejor"), ("en", "better")])
def test_better_and_worse_are_said_in_words(language: str, told: str) -> None:
    page = page_of(made_up.usual_month(), language)

    assert told in page.xpath("string(//li[@class='key'][1])")
    assert page.xpath("//li[@class='key']//strong[@class='better']/text()")[0] == told


def test_the_committed_level_stands_beside_the_normal_one() -> None:
    cells = page_of(made_up.usual_month(), "en").xpath("//table[@id='levels']/tbody/tr/*")
    told = [" ".join(one.text_content().split()) for one in cells]

    assert told == [
        "normal",
        "First response",
        "90% within 1 h",
        "87.5% within 1 hof 212",
        "90% within 1 h 18 min",
        "not kept",
    ]


def test_groups_stand_in_a_table_for_each_metric() -> None:
    page = page_of(made_up.usual_month(), splits=(made_up.by_team(),))
    tables = page.xpath("//table[starts-with(@id, 'by-1-team-')]")

    assert len(tables) == 3
    assert [row.text_content() for row in tables[0].xpath("./tbody/tr/th")] == [
        one.group for one in made_up.by_team().figures if one.metric == "first_response"
    ]


def test_what_people_are_called_cannot_become_markup() -> None:
    evil = '<script src="https://example.com/x.js">alert(1)</script>" onload="x'
    mine = Figure(
        group=evil, metric=evil, count=1, elapsed=made_up.spread(5), business=made_up.spread(5), otherwise={evil: 1}
    )
    worst = Slow(
        key=evil,
        metric=evil,
        channel=evil,
        team=evil,
        owner=evil,
        started_on=evil,
        seconds=1,
        business_seconds=1,
        due_missed_by=1,
        still_open=False,
    )
    report = Report(
        start=made_up.FIRST,
        end=made_up.LAST,
        by="team",
        by_end=False,
        figures=(mine,),
        worst=(worst,),
        backlog=((evil, 1),),
    )
    page = html.document_fromstring(render_page(report, made_up.house_named(evil), "en", now=made_up.NOW))

    assert not page.xpath("//script | //@onload | //@src")
    assert evil in page.xpath("string(//table[@id='worst']/tbody/tr/th)")


def test_a_report_without_owners_shows_no_column_of_them() -> None:
    report = made_up.usual_month()
    without = Report(
        start=report.start,
        end=report.end,
        by="",
        by_end=False,
        figures=report.figures,
        worst=tuple(made_up.slow(number, owner="") for number in range(10)),
    )

    assert "Owner" in page_of(report, "en").xpath("//table[@id='worst']//th/text()")
    assert "Owner" not in page_of(without, "en").xpath("//table[@id='worst']//th/text()")


def test_a_report_of_one_team_says_so() -> None:
    page = page_of(replace(made_up.usual_month(), only=(("team", "taller"),)), "es")

    assert "Solo: equipo taller" in page.xpath("//header/p/text()")


def test_the_small_print_names_calendars_versions_and_the_head_of_the_chain() -> None:
    told = page_of(made_up.usual_month(), "en", seal=SEAL).xpath("string(//footer)")

    assert "madrid (Europe/Madrid)" in told
    assert "version 7 of the house" in told
    assert SEAL.hash in told
    assert "48211" in told


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_colours_can_be_told_from_their_ground(scheme: str) -> None:
    day, night = (
        dict(re.findall(r"--(\w+):(#\w+)", part)) for part in STYLE.split("@media print")[0].split("@media (prefers", 1)
    )
    colours = day if scheme == "light" else night

    for ground in ("ground", "card"):
        for ink in ("ink", "soft", "good", "bad"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
        for shape in ("bar", "second", "target", "focus"):
            assert contrast(colours[shape], colours[ground]) >= 3, (shape, ground)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, 1.4.3."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
