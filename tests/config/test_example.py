"""config/example.toml: it loads, it shows every setting there is, and each of its commented lines is right too."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from config.base import Settings
from config.kinds import KINDS
from config.load import load_config
from config.schema import Config
from tests.config.example_file import TEXT, alternatives, complete, keys_of, settings_in, written
from tests.config.toml_files import TODAY, load, problems_of
from ventanilla.errors import Problem

ALTERNATIVES = list(alternatives())


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("IMAP_PASSWORD", "x"),
        ("STAFF_BOT", "1:x"),
        ("TELEGRAM_TOKEN", "2:x"),
        ("TWILIO_AUTH_TOKEN", "x"),
    ):
        monkeypatch.setenv(name, value)


def test_the_example_loads_without_a_problem_and_warns_only_of_what_this_version_does_not_do_yet(
    tmp_path: Path,
) -> None:
    warnings = load_config(written(tmp_path, TEXT), today=TODAY).warnings
    assert [one for one in warnings if "this version" not in one.message] == []


def test_every_commented_table_loads_too(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, complete()))
    assert sorted(loaded.config.channels) == ["chat", "soporte", "telefono"]
    assert len(loaded.config.rules) == 6


@pytest.mark.parametrize(("line", "text"), ALTERNATIVES, ids=[line[1:40] for line, _ in ALTERNATIVES])
def test_every_commented_line_is_right_in_place_of_the_one_above(tmp_path: Path, line: str, text: str) -> None:
    problems = [problem.message for problem in problems_of(written(tmp_path, text))]
    if "not in this version" in line:
        assert all("not available in this version" in problem for problem in problems)
    else:
        assert problems == []


def test_every_setting_there_is_stands_in_the_example() -> None:
    # given every key of the example, commented ones too
    shown = {
        (cls, path[-1])
        for text in (complete(), *(text for _, text in ALTERNATIVES))
        for cls, path in keys_of(tomllib.loads(text))
    }
    # when they are compared with every field of every settings class
    declared = {(cls, field.alias or name) for cls in every_class() for name, field in cls.model_fields.items()}
    # then none is missing, and so a setting without a place in the example fails here
    assert {(cls.__name__, key) for cls, key in declared - shown} == set()
    assert len(declared) > 120


def every_class() -> set[type[Settings]]:
    """Every settings class that the root leads to."""
    found: set[type[Settings]] = set()
    waiting: list[type[Settings]] = [Config, *KINDS.values()]
    while waiting:
        cls = waiting.pop()
        if cls not in found:
            found.add(cls)
            waiting += [inner for field in cls.model_fields.values() for inner in settings_in(field.annotation)]
    return found - {KINDS["email"].__mro__[1]}  # what channels share is not a table of its own


COMPLETE = tomllib.loads(complete())
KEYS = sorted({path for _, path in keys_of(COMPLETE)}, key=str)


def misspelt(key: str) -> set[str]:
    """What a hurried admin types: a letter lost, a letter twice, two letters swapped."""
    middle = max(1, len(key) // 2)
    lost = key[:middle] + key[middle + 1 :]
    doubled = key[: middle + 1] + key[middle:]
    swapped = key[: middle - 1] + key[middle] + key[middle - 1] + key[middle + 1 :]
    return {each for each in (lost, doubled, swapped) if each != key}


@pytest.mark.parametrize("path", KEYS, ids=[".".join(map(str, path)) for path in KEYS])
def test_a_misspelt_key_is_named_with_the_right_one(tmp_path: Path, path: tuple[str | int, ...]) -> None:
    *table, key = path
    ways = misspelt(str(key))
    # without its kind nothing more is read of a channel, so that each way needs a file of its own; of others one file has all
    for wrongs in [{way} for way in ways] if key == "kind" else [ways]:
        # given the example with one key misspelt
        document = copy.deepcopy(COMPLETE)
        holder: Any = document
        for part in table:
            holder = holder[part]
        meant = holder.pop(key)
        holder |= {wrong: copy.deepcopy(meant) for wrong in wrongs}
        # when it is read
        problems = problems_of(written(tmp_path, tomlkit.dumps(document)))
        # then the key is named, on its line, with the one that was meant
        for wrong in wrongs:
            check_named(problems, wrong, str(key))


def check_named(problems: tuple[Problem, ...], wrong: str, key: str) -> None:
    named = [problem for problem in problems if f"unknown key `{wrong}`; did you mean `{key}`?" in problem.message]
    assert len(named) == 1, (wrong, [str(problem) for problem in problems])
    assert named[0].line is not None
