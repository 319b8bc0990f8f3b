"""A report as CSV, as the Spanish Excel wants it, and as a workbook read back by another library."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.csv import harmless, render_csv
from reports.figures import Figure, Level, Report, Slow, Spread
from reports.rows import rows_of
from reports.sheet import render_sheet
from router.house import House
from tests.reports.made_up_clocks import house_of
from ventanilla.store.engine import Store

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def report(group: str = "atencion", **more: Any) -> Report:
    figure = Figure(
        group=group,
        metric="first_response",
        count=1234,
        elapsed=Spread(p50=1800.5, p90=90_000.0, p95=90_061.0, max=200_000.25, mean=2000.123456),
        business=Spread(p50=600.0, p90=1200.0, p95=1300.0, max=5400.0, mean=700.0),
        within_target=83.25,
        promised=1300,
        still_open=3,
        overdue=1,
        open_ages=Spread(p50=60.0, p90=61.0, p95=62.0, max=63.0, mean=61.0),
        otherwise={"unanswered": 12},
        levels=(Level(promise="normal", target=90, within=3600.0, count=1300, within_target=83.25, normal=None),),
    )
    slow = Slow(
        key="K7M-Q2X-VTR", metric="first_response", channel="soporte", team="atencion", owner="ana",
        started_on="2026-11-01", seconds=200_000.25, business_seconds=5400.0, due_missed_by=None, still_open=True,
    )  # fmt: skip
    parts: dict[str, Any] = {"by": "team", "figures": (figure,), "before": (figure,), "worst": (slow,), **more}
    return Report(start=date(2026, 11, 1), end=date(2026, 11, 22), by_end=False, **parts)


def test_csv_is_seconds_and_percent_under_their_names() -> None:
    text = render_csv(report())
    (row,) = csv.DictReader(StringIO(text, newline=""))

    assert text.count("\r\n") == 2
    assert text.replace("\r\n", "").isprintable()
    assert (row["group"], row["metric"], row["count"], row["p50"], row["p90"]) == (
        "atencion", "first_response", "1234", "1800.5", "90000",
    )  # fmt: skip
    assert (row["mean"], row["within_target"], row["business_max"]) == ("2000.123456", "83.25", "5400")
    assert (row["unanswered"], row["merged"], row["before_count"], row["net_p50"]) == ("12", "0", "1234", "")
    assert (row["level_promise"], row["level_within"], row["level_normal"]) == ("normal", "3600", "")


def test_the_spanish_excel_gets_semicolons_decimal_commas_and_a_byte_order_mark() -> None:
    raw = render_csv(report(), excel_es=True).encode()

    assert raw.startswith(b"\xef\xbb\xbfgroup;metric;")
    (row,) = csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";")
    assert (row["p50"], row["max"], row["count"], row["from"]) == ("1800,5", "200000,25", "1234", "2026-11-01")


@pytest.mark.parametrize("name", ["=1+1", "+34910000000", "-2", "@SUM(A1)", '=HYPERLINK("http://x")'])
@pytest.mark.parametrize("excel_es", [False, True])
def test_no_group_becomes_a_formula(name: str, excel_es: bool) -> None:
    text = render_csv(report(name), excel_es=excel_es).removeprefix("\ufeff")
    (row,) = csv.DictReader(StringIO(text, newline=""), delimiter=";" if excel_es else ",")

    assert row["group"] == f"'{name}"


@pytest.mark.parametrize("apart", [";", ",", "\t", "\n", "\r\n"])
@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", '"=1+1"', " =1+1", "@SUM(A1)", "+1-1", "-2+3"])
@pytest.mark.parametrize("excel_es", [False, True])
def test_no_group_becomes_a_formula_where_a_spreadsheet_takes_another_sign_for_the_separator(
    apart: str, formula: str, excel_es: bool
) -> None:
    text = render_csv(report(f"Hola{apart}{formula}"), excel_es=excel_es).removeprefix("\ufeff")

    for believed in ",;\t":
        if believed == ("," if excel_es else ";") or apart not in ",;":  # its own sign stands in quotes
            cells = [cell.strip() for row in csv.reader(StringIO(text, newline=""), delimiter=believed) for cell in row]
            assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_a_price_is_left_as_it_is() -> None:
    assert [harmless(text) for text in ("10,-", "a, - b", "uno; dos", "a;b")] == ["10,-", "a, - b", "uno; dos", "a;b"]


def test_a_csv_without_figures_has_its_names_alone() -> None:
    assert render_csv(report(figures=())).startswith("group,metric,count,p50,p90,p95,max,within_target,still_open\r\n")


def test_rows_have_the_names_that_other_programs_read() -> None:
    (row,) = rows_of(report())

    assert list(row)[:2] == ["group", "metric"]
    assert {"count", "p50", "p90", "p95", "max", "within_target", "still_open", "business_p50"} <= row.keys()
    assert (row["otherwise"], row["before"]["count"]) == ({"unanswered": 12}, 1234)


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return house_of(sqlite_store, tmp_path)


def opened(house: House, *reports: Report, language: str = "en") -> Any:
    return openpyxl.load_workbook(BytesIO(render_sheet(reports, house, language, now=NOW)))


def test_a_workbook_has_durations_that_can_be_summed(house: House) -> None:
    book = opened(house, report())
    sheet = book["Figures team"]
    cells = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))

    assert cells["Team"].value == "atencion"
    assert cells["Metric"].value == "First response"
    assert cells["p50"].number_format == "[h]:mm:ss"
    assert cells["p50"].value in (timedelta(seconds=1800.5), time(0, 30, 0, 500_000))
    assert cells["p90"].value == timedelta(hours=25)
    assert cells["Within target"].value == pytest.approx(0.8325)
    assert cells["Within target"].number_format == "0.0%"
    assert cells["p50, less waiting on the customer"].value is None
    assert sheet.freeze_panes == "A2"


def test_a_workbook_has_a_sheet_a_part_in_the_houses_language(house: House) -> None:
    whole = report(
        trend=(("2026-11-01", "first_response", 60.0, 120.0, 4),),
        distribution=(("first_response", float("inf"), 4),),
        arrivals=((0, 9, 12),),
        backlog=(("0-1d", 3),),
    )
    book = opened(house, whole, language="es")

    names = ["Cifras", "Antes", "Niveles", "Más lentos", "Evolución", "Distribución", "Llegadas", "Pendientes"]
    assert book.sheetnames == [f"{name} equipo" for name in names]
    assert book["Llegadas equipo"]["A2"].value == "lunes"
    assert book["Más lentos equipo"]["A2"].value == "K7M-Q2X-VTR"


@pytest.mark.parametrize("name", ["=1+1", "http://example.com", "internal:Sheet1"])
def test_a_workbooks_texts_are_neither_formulas_nor_links(house: House, name: str) -> None:
    cell = opened(house, report(name))["Figures team"]["A2"]

    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)


def test_several_reports_make_one_workbook(house: House) -> None:
    book = opened(house, report(), report(by="channel", worst=(), before=()))

    assert book.sheetnames[0] == "Figures team"
    assert "Figures channel" in book.sheetnames
