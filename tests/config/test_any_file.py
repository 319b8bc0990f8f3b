"""Whatever stands in a file, reading it ends in a configuration or in problems that name their place."""

from __future__ import annotations

import copy
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.load import load_config
from tests.config.example_file import complete, written
from tests.config.toml_files import ALL_KINDS, TODAY
from ventanilla.errors import ConfigError, Problem

COMPLETE = tomllib.loads(complete())


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key and list item of the complete example."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in children:
        yield (*path, key)
        yield from places(inner, (*path, key))


TEXTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["10m", "*", "a@b", "a@b.c", "127.0.0.1", "owner", "ana", "24:00-25:00", "2026-02-30"]),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.booleans(), st.floats(), st.dates(), st.datetimes(), st.times()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STAFF_BOT", "TELEGRAM_TOKEN", "TWILIO_AUTH_TOKEN"):
        monkeypatch.setenv(name, "x")


def outcome(path: Path) -> tuple[Problem, ...]:
    """The problems of a file; none for one that becomes a configuration with a JSON form."""
    try:
        load_config(path, available_kinds=ALL_KINDS, today=TODAY, thorough=False).config.as_json()
    except ConfigError as error:
        assert error.problems  # noqa: PT017 - an error without problems would look like none
        return error.problems
    return ()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(set(places(COMPLETE)), key=str)), VALUES)
def test_any_value_in_any_place_is_taken_or_told(path: tuple[str | int, ...], value: Any) -> None:
    # given the complete example with anything at all in one place
    document = copy.deepcopy(COMPLETE)
    holder: Any = document
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    # when it is read: nothing but problems is ever raised
    with tempfile.TemporaryDirectory() as folder:
        problems = outcome(written(Path(folder), tomlkit.dumps(document)))
    # then each problem has its place and one line of words
    assert all(problem.message and problem.key and problem.line for problem in problems)
    assert not [problem for problem in problems if "\n" in str(problem)]


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_taken_or_told(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ventanilla.toml"
        file.write_bytes(content)
        assert all(problem.message for problem in outcome(file))
