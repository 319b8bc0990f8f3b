"""Where a list goes on, as a word that says nothing to whoever gets it and means the same on every machine. Pure."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

from desk.api.problems import Wrong
from ventanilla.store.views.case_pages import Order, Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**53


def write_number(number: int) -> str:
    """A cursor after the row of this id."""
    return _written([number])


def read_number(cursor: str) -> int:
    """The id. Raises Wrong for anything that is no cursor of ours."""
    (number,) = _read(cursor, of=1)
    if number is None:
        raise _odd()
    return number


def write_place(order: Order, place: Place) -> str:
    """A cursor after this place in that order."""
    return _written([list(Order).index(order), _number(place.due), _number(place.waiting_since), place.case_id])


def read_place(cursor: str, order: Order) -> Place:
    """The place. Raises Wrong for anything that is no cursor of that order."""
    which, due, since, case_id = _read(cursor, of=4)
    if which != list(Order).index(order) or case_id is None:
        raise _odd()
    return Place(due=_moment(due), waiting_since=_moment(since), case_id=case_id)


def _written(numbers: list[int | None]) -> str:
    return base64.urlsafe_b64encode(json.dumps(numbers, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(cursor: str, *, of: int) -> list[int | None]:
    try:
        found = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise _odd() from None
    if not isinstance(found, list) or len(found) != of:
        raise _odd()
    if any(one is not None and (type(one) is not int or not 0 <= one < _LARGEST) for one in found):
        raise _odd()
    return found


def _odd() -> Wrong:
    problem = "expected what `next` of the page before was, asked in the same order"
    return Wrong(422, "invalid", f"after: {problem}", errors=[{"at": "query.after", "problem": problem}])


def _number(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + timedelta(microseconds=number)
