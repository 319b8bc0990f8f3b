"""A pytest plugin (`-p tests.faults.report`): what was tried of docs/faults.md, how often, and what the audit found.

It knows markers and counts. It runs in every process of pytest-xdist and writes in the one that the person started.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.faults.cases import read_cases
from tests.faults.tally import take_counts

PROPERTY = "fault"
REPORT, RUNS = Path("var/faults.txt"), Path("var/faults-runs.txt")


@dataclass(slots=True)
class Tried:
    """What all tests of one case did together."""

    outcomes: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)

    @property
    def ran(self) -> int:
        """How many tests came to an end."""
        return self.outcomes["passed"] + self.outcomes["failed"]

    @property
    def verdict(self) -> str:
        """In a word or two; "held" is the only one that passes."""
        if self.outcomes["failed"] or self.broken:
            return "BROKEN"
        if not self.outcomes["passed"]:
            return "NOT TRIED"
        return "held" if self.counts["audits"] else "NOT AUDITED"


def cases_of(item: pytest.Item) -> list[int]:
    """The numbers that the markers of a test name."""
    return sorted({number for marker in item.iter_markers(PROPERTY) for number in marker.args})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send along, from whichever process ran it, which cases a test tried and what was counted in this part of it."""
    report = yield
    counts, broken, longest = take_counts()
    told = {"cases": cases_of(item), "counts": counts, "broken": broken, "longest": longest}
    report.user_properties.append((PROPERTY, told))
    return report


class Report:
    """Gathers in the process that the person started."""

    def __init__(self) -> None:
        self.tried = {number: Tried() for number in read_cases()}
        self.all, self.beside = Tried(), Tried()
        self._began = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told: list[Any] = [value for name, value in report.user_properties if name == PROPERTY]
        for each in told[-1:]:
            own = [self.tried[number] for number in each["cases"]] or [self.beside]
            for one in (*own, self.all):
                note(one, report, each)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == pytest.ExitCode.OK and not self.passes:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("faults")
        terminalreporter.write_line(self.text())
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(self.text() + "\n", encoding="utf-8")
        with RUNS.open("a", encoding="utf-8") as runs:
            runs.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M} {self.last_line()}\n")

    @property
    def passes(self) -> bool:
        return all(one.verdict == "held" for one in self.tried.values())

    def text(self) -> str:
        """The table."""
        sentences = read_cases()
        lines = []
        for number, one in self.tried.items():
            lines += [f"{number:2}. {sentences[number]}", f"    {one.verdict}: {_in_words(one)}"]
        if self.beside.ran:
            lines += [f"Beside the cases: {_in_words(self.beside)}"]
        return "\n".join([*lines, "", self.last_line()])

    def last_line(self) -> str:
        """All of it in a line; a test that tries several cases counts once."""
        verdicts = Counter(one.verdict for one in self.tried.values())
        found = ", ".join(f"{count} {name}" for name, count in verdicts.most_common())
        minutes, seconds = divmod(round(time.monotonic() - self._began), 60)
        return f"{len(self.tried)} cases: {found}. All together {_in_words(self.all)}; {minutes} min {seconds} s."


def note(tried: Tried, report: pytest.TestReport, told: dict[str, Any]) -> None:
    """Add one part of a test (its setup, itself, its end) to its case."""
    tried.counts.update(told["counts"])
    tried.broken.update(told["broken"])
    tried.longest |= {what: max(took, tried.longest.get(what, 0.0)) for what, took in told["longest"].items()}
    if report.when == "call" or report.outcome != "passed":
        tried.outcomes[report.outcome] += 1


def _in_words(one: Tried) -> str:
    parts = [f"tried by {_plural(one.ran, 'test')}"]
    parts += [f"{_plural(one.counts['kills'], 'process', 'processes')} killed"] if one.counts["kills"] else []
    parts += [_plural(one.counts["faults"], "other fault")] if one.counts["faults"] else []
    parts += [f"audited {_plural(one.counts['audits'], 'time')}, {_plural(one.broken.total(), 'promise')} broken"]
    parts += [f"{one.outcomes['failed']} FAILED"] if one.outcomes["failed"] else []
    parts += [f"{one.outcomes['skipped']} skipped"] if one.outcomes["skipped"] else []
    parts += [", ".join(f"{name}: {times}" for name, times in one.broken.items())] if one.broken else []
    parts += [f"{what} {took:.1f} s at most" for what, took in sorted(one.longest.items())]
    return "; ".join(parts)


def _plural(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def pytest_configure(config: pytest.Config) -> None:
    """One report a run: none in the processes that pytest-xdist starts."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(), "faults-report")
