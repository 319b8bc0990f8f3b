"""Passwords: which ones will do (NIST SP 800-63B), how they are hashed, how one is proven. Knows no store and no page.

A hash takes 19 MiB while it is made: one at a time, a few wait, and whoever comes beyond them is told to try again.
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ventanilla.errors import Temporary

HASHER = PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
"""What OWASP's cheat sheet asks of argon2id. The 64 MiB of RFC 9106 would be a third of what this process may take in all, and four
threads of it would keep everybody else's pages waiting; guessing is slowed down at the door."""
LONGEST = 256
"""Characters: what nobody types, and nobody may make us hash."""
WAITING = 8
"""How many may wait for their turn, and for how many seconds."""
WAIT = 8.0
_FEW = 4
_turn = threading.BoundedSemaphore(1)
_queue = threading.BoundedSemaphore(WAITING)


def problem_with(password: str, *, least: int, names: Iterable[str]) -> str | None:
    """What is wrong with a new password: "short", "long", "common", "plain" (two or three characters again and again), "name"
    (hardly more than one of `names`); None where it will do. What kinds of characters it has does not matter."""
    text = _normal(password)
    folded = text.casefold().strip()
    if len(text) < least:
        return "short"
    if len(text) > LONGEST:
        return "long"
    if folded in _common():
        return "common"
    if len(set(folded)) < _FEW:
        return "plain"
    return "name" if _is_hardly_more_than(folded, names) else None


def hash_password(password: str) -> str:
    """argon2id with today's parameters. Raises Temporary when too many wait."""
    with _one_at_a_time():
        return HASHER.hash(_normal(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether this is the password behind a hash. None (nobody of that name, or no password) takes as long and is never right.
    Raises Temporary when too many wait."""
    if len(password) > LONGEST:
        password, password_hash = "", None
    with _one_at_a_time():
        nobody = _hash_of_nobody(HASHER)
        try:
            return HASHER.verify(password_hash or nobody, _normal(password)) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _queue.acquire(blocking=False):
        raise Temporary("too many log in at once", retry_after=2)
    try:
        if not _turn.acquire(timeout=WAIT):
            raise Temporary("too many log in at once", retry_after=2)
        try:
            yield
        finally:
            _turn.release()
    finally:
        _queue.release()


@cache
def _hash_of_nobody(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_hex(16))


def _normal(password: str) -> str:
    """However a keyboard composed its accents, the same."""
    return unicodedata.normalize("NFKC", password)


def _is_hardly_more_than(folded: str, names: Iterable[str]) -> bool:
    """Whether fewer than four letters and digits are left without the words of these names."""
    words = {word for name in names for word in re.findall(r"\w+", name.casefold()) if len(word) >= _FEW - 1}
    rest = folded
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != folded and len(re.sub(r"\W", "", rest)) < _FEW


@cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common.txt").read_text(encoding="utf-8").split())
