"""Every case of docs/faults.md has a test that says so, and no test names a case that is none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.faults.cases import read_cases
from tests.faults.report import Report, Tried, note

TESTS = Path(__file__).parents[1]


def numbers_named() -> Iterator[int]:
    """The arguments of every `pytest.mark.fault(...)` below tests/."""
    for path in TESTS.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "mark.fault(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                yield from (ast.literal_eval(one) for one in node.args)


def test_the_cases_are_numbered_from_one_to_twenty() -> None:
    assert list(read_cases()) == list(range(1, 21))


def test_each_case_has_tests_and_each_marker_names_a_case() -> None:
    assert set(numbers_named()) == set(read_cases())


def part(outcome: str, when: str = "call") -> Any:
    return SimpleNamespace(outcome=outcome, when=when, user_properties=[])


def told(**counts: int) -> dict[str, Any]:
    return {"cases": [1], "counts": counts, "broken": {}, "longest": {}}


def test_a_case_holds_only_if_something_tried_it_and_the_audit_was_asked() -> None:
    nothing, skipped, unasked, held, failed, broken = (Tried() for _ in range(6))
    note(skipped, part("skipped", "setup"), told())
    note(unasked, part("passed"), told(kills=3))
    note(held, part("passed"), told(audits=1))
    note(failed, part("passed"), told(audits=1))
    note(failed, part("failed", "teardown"), told())
    note(broken, part("passed"), {**told(audits=1), "broken": {"owner_not_told": 2}})

    verdicts = [one.verdict for one in (nothing, skipped, unasked, held, failed, broken)]

    assert verdicts == ["NOT TRIED", "NOT TRIED", "NOT AUDITED", "held", "BROKEN", "BROKEN"]


def test_a_run_in_which_a_case_was_not_tried_fails_and_says_which() -> None:
    report = Report()
    for number, one in report.tried.items():
        if number != 7:
            note(one, part("passed"), told(audits=1, kills=2))
    session: Any = SimpleNamespace(exitstatus=0)

    report.pytest_sessionfinish(session)

    assert session.exitstatus == 1
    assert f"{read_cases()[7]}\n    NOT TRIED: tried by 0 tests" in report.text()
    assert "    held: tried by 1 test; 2 processes killed; audited 1 time, 0 promises broken" in report.text()
    assert report.last_line().startswith("20 cases: 19 held, 1 NOT TRIED. All together")


def test_a_test_of_several_cases_counts_for_each_of_them_and_once_in_all() -> None:
    report = Report()
    for cases in ([1, 2], [1], []):
        done = part("passed")
        done.user_properties.append(("fault", told(audits=1, faults=2) | {"cases": cases}))
        report.pytest_runtest_logreport(done)

    assert [report.tried[number].ran for number in (1, 2, 3)] == [2, 1, 0]
    assert "Beside the cases: tried by 1 test; 2 other faults; audited 1 time" in report.text()
    assert "All together tried by 3 tests; 6 other faults; audited 3 times, 0 promises broken" in report.last_line()
