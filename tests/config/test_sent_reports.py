"""Mistakes in [[reports]], each with the exact words that the admin reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.compare import differences
from tests.config.toml_files import load, problems_of, said, spoilt, write

MONTHLY = """
[[reports]]
name = "direccion"
every = "month"
to = ["marta", "gestoria@example.com"]
by = ["channel", "team"]
"""
CASES = [
    ('every = "month"', 'every = "year"', 'reports[1].every: expected "day", "week" or "month", got "year"'),
    (
        'every = "month"',
        'every = "month"\nat = "8:00"',
        'reports[1].at: expected an hour such as "08:00", from "00:00" to "23:59", got "8:00"',
    ),
    (
        '"marta", ',
        '"marat", ',
        'reports[1].to[1]: expected an agent or a mail address, got "marat"; did you mean "marta"?',
    ),
    ('["marta", "gestoria@example.com"]', "[]", "reports[1].to: expected at least one, got none"),
    ('by = ["channel"', 'by = ["chanel"', "reports[1].by[1]"),
    (
        'by = ["channel"',
        'channel = "chat"\nby = ["channel"',
        'reports[1].channel: unknown channel "chat"; known here: soporte',
    ),
    ('name = "direccion"', 'name = "la dirección"', "reports[1].name: expected a name of up to 64 letters"),
    (
        'by = ["channel", "team"]',
        'by = ["agent"]',
        "reports[1].to[2]: gestoria@example.com is nobody of the house: figures by person are for supervisors, admins and auditors",
    ),
    (
        '"gestoria@example.com"]\nby = ["channel", "team"]',
        '"luis@example.com"]\nby = ["agent"]',
        'reports[1].to[2]: luis@example.com has role "agent": figures by person are for supervisors, admins and auditors',
    ),
]


@pytest.mark.parametrize(("old", "new", "problem"), CASES)
def test_a_mistake_in_a_report_is_told_with_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = said(problems_of(write(tmp_path, spoilt("", MONTHLY).replace(old, new))))

    assert len(found) == 1, found
    assert found[0].startswith(problem)


def test_an_auditor_may_get_figures_by_person(tmp_path: Path) -> None:
    monthly = MONTHLY.replace('"marta", "gestoria@example.com"', '"marta"').replace('"team"', '"agent"')
    text = spoilt('role = "supervisor"', 'role = "auditor"') + monthly

    assert "agent" in load(write(tmp_path, text)).config.reports[0].by


def test_a_good_report_is_read_with_its_defaults(tmp_path: Path) -> None:
    (report,) = load(write(tmp_path, spoilt("", MONTHLY))).config.reports

    assert (report.at, report.formats, report.language) == ("08:00", ("html", "xlsx"), None)


def test_two_reports_of_one_name_are_a_problem(tmp_path: Path) -> None:
    found = said(problems_of(write(tmp_path, spoilt("", MONTHLY * 2))))

    assert found == ['reports[2].name: "direccion" is already the name of reports[1]']


def test_whoever_has_no_mail_gets_the_summary_by_telegram_or_is_a_problem(tmp_path: Path) -> None:
    text = spoilt("", MONTHLY).replace('[agents.marta]\nemail = "marta@example.com"', "[agents.marta]")
    with_bot = text + '[staff]\ntelegram = { token = { file = "secrets/avisos" } }\n'

    assert said(problems_of(write(tmp_path, text))) == [
        "reports[1].to[1]: marta has no `email`: give them one (agents.marta.email), or name a mail address here"
    ]
    warnings = said(load(write(tmp_path, with_bot)).warnings)
    assert "reports[1].to[1]: marta has no `email`, so they get the summary by Telegram, without the page" in warnings


def test_reload_tells_what_becomes_of_a_report(tmp_path: Path) -> None:
    without, monthly = load(write(tmp_path, spoilt("", ""))).config, load(write(tmp_path, spoilt("", MONTHLY))).config
    weekly = load(write(tmp_path, spoilt("", MONTHLY.replace('"month"', '"week"')))).config

    assert differences(without, monthly) == (
        'report "direccion" is new: each month at 08:00 to marta, gestoria@example.com',
    )
    assert differences(monthly, weekly) == ('report "direccion": every: month becomes week',)
    assert differences(monthly, without) == ('report "direccion" is taken out',)
