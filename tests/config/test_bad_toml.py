"""Files that cannot be read as TOML at all: which line, and what was probably meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.config.toml_files import GOOD, problems_of, spoilt, write

NAME = 'name = "Ferretería Sol"'
DUTY = 'duty = ["marta"]'
CASES = [
    (
        NAME,
        "name = Ferretería Sol",
        2,
        'column 8: a value is missing or wrong: a text needs quotes, such as name = "Ana"',
    ),
    (NAME, "name =", 2, 'column 7: a value is missing or wrong: a text needs quotes, such as name = "Ana"'),
    (NAME, 'name = "Sol', 2, 'column 12: a text is not closed: " is missing'),
    (NAME, 'name = "a"\nname = "b"', 3, "column 11: the same key is written twice"),
    ("", "[agents.ana]", 35, "column 12: the table [agents.ana] is written twice"),
    (
        '"09:00-15:00"] }',
        '"09:00-15:00"]',
        28,
        "column 74: } is missing: a table ends on the line where it begins",
    ),
    (DUTY, 'duty = ["marta"', 16, "column 1: a list is not closed: ] is missing"),
    (
        'imap.example.com", port',
        'imap.example.com",\n port',
        9,
        "column 36: a key was expected; a table { … } stands on one line",
    ),
    ("[teams.atencion]", "[teams.atencion", 12, "column 16: ] is missing"),
    (DUTY, 'duty: ["marta"]', 14, "column 5: a key needs = and a value behind it"),
    (DUTY, DUTY + ' "x"', 14, "column 18: something is left over behind the value"),
]


@pytest.mark.parametrize(("old", "new", "line", "expected"), CASES)
def test_a_slip_of_the_pen_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, expected: str) -> None:
    problem, *more = problems_of(write(tmp_path, spoilt(old, new)))
    assert (problem.line, problem.message, more) == (line, f"not valid TOML, {expected}", [])


def test_a_line_that_is_no_toml_is_not_shown_since_it_may_hold_a_secret(tmp_path: Path) -> None:
    path = write(tmp_path, spoilt('{ file = "secrets/soporte" } }\nsmtp', "hunter2 }\nsmtp"))
    assert "hunter2" not in str(problems_of(path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = " + "[" * 100_000 + "]" * 100_000, "stand in one another too deep"),
        ("a = " + "{a=" * 50_000 + "1" + "}" * 50_000, "stand in one another too deep"),
        ("a = " + "9" * 10_000, "far too many digits"),
    ],
    ids=["lists in lists", "tables in tables", "a number of 10,000 digits"],
)
def test_a_file_that_no_reader_can_take_is_refused_like_any_other(tmp_path: Path, text: str, expected: str) -> None:
    (problem,) = problems_of(write(tmp_path, text))
    assert expected in problem.message


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "ventanilla.toml")
    assert str(problem) == f"{tmp_path}/ventanilla.toml: there is no such file; `ventanilla init` writes one"


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert [each.message for each in problems_of(tmp_path)] == ["cannot be read: is a directory"]


@pytest.fixture
def somebody_else() -> Iterator[None]:
    """Whoever may read everything (root) is nobody in particular for this test."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.fixture
def closed_file(tmp_path: Path) -> Path:
    path = write(tmp_path, GOOD)
    path.chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:3]):  # pytest's own folders let nobody else in
        if folder.owner() == path.owner() and folder != Path(folder.anchor):
            folder.chmod(folder.stat().st_mode | 0o011)
    return path


def test_a_file_without_permission_is_told(closed_file: Path, somebody_else: None) -> None:
    assert [each.message for each in problems_of(closed_file)] == ["cannot be read: permission denied"]


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(GOOD.encode("latin-1"))
    assert [(each.line, each.message) for each in problems_of(path)] == [(2, "not UTF-8 text; save the file as UTF-8")]


def test_a_file_saved_on_windows_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert problems_of(path) == ()
