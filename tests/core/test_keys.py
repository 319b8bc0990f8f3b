"""Case keys survive being read aloud, mistyped and pasted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ventanilla.keys import ALPHABET, find_keys, new_key, read_key


def test_a_key_is_three_groups_of_three_without_confusable_characters() -> None:
    key = new_key()
    assert [len(group) for group in key.split("-")] == [3, 3, 3]
    assert not set(key) & set("01ILO")


@given(st.integers(0, 8), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_noticed(position: int, wrong: str) -> None:
    bare = new_key().replace("-", "")
    mistyped = bare[:position] + wrong + bare[position + 1 :]
    assert mistyped == bare or read_key(mistyped) is None


@given(st.integers(0, 7))
def test_two_swapped_characters_are_noticed(position: int) -> None:
    bare = new_key().replace("-", "")
    swapped = bare[:position] + bare[position + 1] + bare[position] + bare[position + 2 :]
    assert swapped == bare or read_key(swapped) is None


def test_a_key_is_read_however_it_was_typed() -> None:
    key = new_key()
    for typed in (key.lower(), key.replace("-", ""), f"[{key}]", f" #{key} ", key.replace("-", " ")):
        assert read_key(typed) == key


def test_keys_are_found_in_a_subject_and_other_words_are_not() -> None:
    key, other = new_key(), new_key()
    assert find_keys(f"Re: [{key}] pedido 123-456-789 y {other.lower()} {key}") == (key, other)
