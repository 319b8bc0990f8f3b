"""`make faults` reads fewer files and orders what it found; it leaves out no test that tries a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.order import LONGEST, ROOT, pytest_collection_modifyitems, tries_faults


class Item:
    def __init__(self, nodeid: str) -> None:
        self.nodeid = nodeid


def test_no_file_with_a_test_of_faults_is_left_out(request: pytest.FixtureRequest) -> None:
    marked = {
        item.path
        for item in request.session.items
        if item.get_closest_marker("fault") or item.get_closest_marker("faults")
    }

    assert [path for path in marked if not tries_faults(path)] == []


def test_a_suite_that_tries_faults_is_read_wherever_it_is_taken_over(tmp_path: Path) -> None:
    taken_over, other = tmp_path / "test_one.py", tmp_path / "test_other.py"
    taken_over.write_text("from tests.conformance.source_suite import SourceSuite\n")
    other.write_text("from tests.servers.ports import wait_until\n")

    assert (tries_faults(taken_over), tries_faults(other)) == (True, False)


def test_what_takes_longest_begins_first_and_the_rest_keeps_its_order() -> None:
    items = [Item("tests/b.py::x"), Item(f"{LONGEST[1]}::y"), Item("tests/a.py::z"), Item(f"{LONGEST[0]}::w")]

    ordering = pytest_collection_modifyitems(items)  # type: ignore[arg-type]
    next(ordering)
    next(ordering, None)

    assert [item.nodeid[-1] for item in items] == ["w", "y", "x", "z"]


@pytest.mark.parametrize("beginning", LONGEST)
def test_what_is_said_to_take_long_exists(beginning: str) -> None:
    assert (ROOT / beginning.partition("::")[0]).exists()
