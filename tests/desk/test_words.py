"""What the desk says, in Spanish and English: the same keys with the same values to fill in, and nothing left empty."""

from __future__ import annotations

import string
from collections import Counter

import pytest

from desk.pages.rendering import size_in_words
from desk.words import LANGUAGES, PLACES, WORDS, say


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_place_says_the_same_in_both_languages() -> None:
    for place in PLACES:
        assert set(place) == set(LANGUAGES)
        assert place["es"].keys() == place["en"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_in_two_places_and_none_is_empty(language: str) -> None:
    keys = Counter(key for place in PLACES for key in place[language])

    assert [key for key, count in keys.items() if count > 1] == []
    assert [key for key, text in WORDS[language].items() if not text.strip()] == []


def test_what_is_filled_in_is_the_same_in_both_languages() -> None:
    different = {key for key, text in WORDS["es"].items() if names_in(text) != names_in(WORDS["en"][key])}

    assert different == set()


def test_one_of_something_is_said_as_one() -> None:
    twins = [key for key in WORDS["es"] if key.endswith("_one") and key.removesuffix("_one") in WORDS["es"]]

    assert len(twins) > 5
    assert say("es", "search.also", n=1) == "y un mensaje más de este caso"
    assert say("es", "search.also", n=2) == "y 2 mensajes más de este caso"


@pytest.mark.parametrize(
    ("count", "spanish", "english"),
    [(999, "999 B", "999 B"), (340_000, "340 KB", "340 KB"), (21_500_000, "21,5 MB", "21.5 MB")],
)
def test_a_size_is_written_as_the_readers_language_writes_numbers(count: int, spanish: str, english: str) -> None:
    assert (size_in_words(count, "ca"), size_in_words(count, "en")) == (spanish, english)
