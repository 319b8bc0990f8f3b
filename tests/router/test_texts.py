"""Every text is there in all five languages, with the same names to fill in, and really in that language."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.values import LANGUAGES
from router.texts import WORDS, Letterhead, date_format, phrase, reason_in_words, spoken_language
from tests.rules.source import syntax

ROOT = Path(__file__).parents[2]
# The same in all languages: the product's name and places alone.
ALIKE = {"acknowledgement.subject", "notice.subject", "alert.subject", "alert.body"}
OTHERS = [code for code in WORDS if code != "en"]


def _texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text of a language by its place: `notice.body`, `phrases.greeting`."""
    words = WORDS[language]
    for name in words.__dataclass_fields__:
        value = getattr(words, name)
        if isinstance(value, Letterhead):
            yield f"{name}.subject", value.subject
            yield f"{name}.body", value.body
        elif not isinstance(value, str):
            yield from ((f"{name}.{code}", text) for code, text in value.items())


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_are_words_for_every_language_that_a_file_may_name() -> None:
    assert set(WORDS) == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_with_the_same_names_to_fill_in(language: str) -> None:
    english, theirs = dict(_texts("en")), dict(_texts(language))

    assert theirs.keys() == english.keys()
    for place, text in theirs.items():
        assert _names(text) == _names(english[place]), place
        assert text.strip(), place


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_was_left_in_english_or_copied_from_a_neighbour(language: str) -> None:
    mine = dict(_texts(language))
    for other in WORDS:
        theirs = dict(_texts(other))
        alike = {place for place in mine if other != language and mine[place] == theirs[place]} - ALIKE
        allowed = 0 if "en" in (language, other) else 8  # neighbours share short phrases
        assert len(alike) <= allowed, f"{language} and {other}: {sorted(alike)}"


@pytest.mark.parametrize("language", list(WORDS))
def test_commands_are_spelt_alike_in_every_language(language: str) -> None:
    english, theirs = dict(_texts("en")), dict(_texts(language))
    for place, text in english.items():
        named = [line.partition(": ventanilla ")[2] for line in text.splitlines() if ": ventanilla " in line]
        for command in named:
            assert f"ventanilla {command}" in theirs[place], place


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("es", "es"),
        ("es-MX", "es"),
        ("EU", "eu"),
        ("gl-ES", "gl"),
        ("pt-BR", "es"),
        ("fr", "en"),
        ("", "en"),
        ("est", "en"),
    ],
)
def test_another_language_gets_the_nearest_one(asked: str, kept: str) -> None:
    assert spoken_language(asked) == kept


def test_phrases_and_reasons_are_found_by_their_code() -> None:
    assert phrase("ca", "greeting", name="Núria") == "Hola, Núria:"
    assert reason_in_words("eu", "round_robin") == "bere txanda zen"
    assert reason_in_words("eu", "a_new_code") == "a_new_code"
    assert (date_format("eu"), date_format("pt")) == ("yyyy/MM/dd", "long")


# Every other table of texts by language, wherever it stands

ROOMS = ("router", "connectors", "desk")
TWO_LANGUAGES = ROOT / "desk" / "words"
"""What our own people read at the desk, in two languages: tests/desk/test_words.py."""


def _tables() -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """Each dictionary in the rooms' sources that has something for Spanish and for English, by its file and line."""
    for room in ROOMS:
        for path in sorted(set((ROOT / room).rglob("*.py")) - set(TWO_LANGUAGES.glob("*.py"))):
            for node in ast.walk(syntax(path)):
                if isinstance(node, ast.Dict):
                    pairs = zip(node.keys, node.values, strict=True)
                    table = {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
                    if {"es", "en"} <= table.keys():
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", table


def test_every_table_of_texts_has_all_five_languages_alike() -> None:
    tables = list(_tables())
    assert len(tables) > 20
    for place, table in tables:
        assert set(LANGUAGES) <= table.keys(), place
        said = {code: _said(table[code]) for code in LANGUAGES}
        for code in OTHERS:
            assert said[code].keys() == said["en"].keys(), (place, code)
            for key, text in said[code].items():
                assert _names(text) == _names(said["en"][key]), (place, code, key)


def _said(value: ast.expr) -> dict[str, str]:
    """The texts of one language: one, or several by their code; nothing where they stand elsewhere."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {"": value.value}
    if not isinstance(value, ast.Dict):
        return {}
    inner = zip(value.keys, value.values, strict=True)
    return {
        str(key.value): str(text.value)
        for key, text in inner
        if isinstance(key, ast.Constant) and isinstance(text, ast.Constant)
    }


def test_why_is_said_in_the_language_of_who_reads_it_and_what_others_wrote_as_it_came() -> None:
    facts = {"agent": "ana", "key": "K7M-Q2X-VTR"}
    assert "no hay manera de avisarle" in phrase("es", "escalation", reason="no way to reach them", **facts)
    assert "no hay manera de avisarle" in phrase("ca", "escalation", reason="no way to reach them", **facts)
    assert "no way to reach them" in phrase("en", "escalation", reason="no way to reach them", **facts)
    assert "550 No such user" in phrase("es", "escalation", reason="550 No such user", **facts)
