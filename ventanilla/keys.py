"""Case keys: short, unguessable, readable over the phone, with a check character. Knows nothing of cases themselves.

`K7M-Q2X-VTR` is eight random characters and one check character over 31 symbols (no 0, 1, I, L, O: they are misheard and
misread). 31 is prime, so a weighted sum modulo 31 catches every single wrong character and every two swapped ones.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_VALUE = {character: index for index, character in enumerate(ALPHABET)}
_RANDOM_CHARACTERS = 8
_PLACES = tuple(len(ALPHABET) ** place for place in range(_RANDOM_CHARACTERS))
_CANDIDATE = re.compile(
    rf"(?<![A-Za-z0-9])([{ALPHABET}]{{3}})[- ]?([{ALPHABET}]{{3}})[- ]?([{ALPHABET}]{{3}})(?![A-Za-z0-9])", re.I
)


def new_key() -> str:
    """A fresh key, about 40 random bits. Uniqueness is the store's: it refuses a second case with the same key."""
    number = secrets.randbelow(len(ALPHABET) ** _RANDOM_CHARACTERS)
    random = "".join(ALPHABET[number // place % len(ALPHABET)] for place in _PLACES)
    return shown(random + _check_character(random))


def read_key(typed: str) -> str | None:
    """The key in its shown form, however it was typed (case, dashes, spaces, `#`, brackets); None if it cannot be one."""
    bare = re.sub(r"[\s\-#\[\]().]", "", typed).upper()
    if len(bare) != _RANDOM_CHARACTERS + 1 or any(character not in _VALUE for character in bare):
        return None
    return shown(bare) if _check_character(bare[:-1]) == bare[-1] else None


def find_keys(text: str) -> tuple[str, ...]:
    """Every valid key in a text, in order, each once. A hint for matching, never a proof of who wrote it."""
    found = (read_key("".join(match.groups())) for match in _CANDIDATE.finditer(text))
    return tuple(dict.fromkeys(key for key in found if key))


def shown(bare: str) -> str:
    """Nine characters in groups of three."""
    return "-".join(bare[start : start + 3] for start in range(0, len(bare), 3))


def _check_character(random: str) -> str:
    total = sum(weight * _VALUE[character] for weight, character in enumerate(random, start=2))
    return ALPHABET[total % len(ALPHABET)]
