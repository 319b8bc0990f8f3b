"""Typed looks into JSON that somebody else wrote: what is of another sort than documented is a BadMessage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ventanilla.errors import BadMessage

Json = Mapping[str, Any]
_LARGEST = 2**63 - 1
"""Of a whole number: what every store can keep."""


def table(parent: Json, key: str) -> Json | None:
    """The object under a key; None where there is none."""
    value = parent.get(key)
    if value is None or isinstance(value, dict):
        return value
    raise _odd(key, "an object")


def text(parent: Json, key: str) -> str:
    """The text under a key; empty where there is none."""
    value = parent.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise _odd(key, "a text")


def number(parent: Json, key: str) -> int | None:
    """The whole number under a key, of 64 bits at most; None where there is none."""
    value = parent.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST):
        return value
    raise _odd(key, "a whole number")


def decimal(parent: Json, key: str) -> float:
    """The number under a key. There must be one, and a finite one."""
    value = parent.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST:
        return float(value)
    raise _odd(key, "a number")


def tables(parent: Json, key: str) -> Sequence[Json]:
    """The list of objects under a key; empty where there is none."""
    value = parent.get(key)
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return value
    raise _odd(key, "a list of objects")


def needed(value: int | None, key: str) -> int:
    """The number, which must be there."""
    if value is None:
        raise _odd(key, "a whole number")
    return value


def moment(parent: Json, key: str) -> datetime | None:
    """The Unix time under a key as aware UTC; None where there is none."""
    seconds = number(parent, key)
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise _odd(key, "a time") from None


def _odd(key: str, expected: str) -> BadMessage:
    return BadMessage(f"the update's `{key}` is not {expected}")
