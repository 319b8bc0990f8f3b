"""What a transaction that routes many messages has found out already, so that it is not asked again for each of them.

It is kept for one transaction, where that wants it (`remember`), and holds only what nobody else can change under it or what may
be a moment old. Whatever changes such a fact says so here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa

from ventanilla.store.later import begin_gathering, end_gathering

Answer = TypeVar("Answer")
_OPTION = "found_out"
_NOTHING: dict[Hashable, Any] = {}
_NEVER: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


def remember(connection: sa.Connection) -> None:
    """From here on this transaction remembers what it is told by `once` and `note`."""
    connection.execution_options(**{_OPTION: {}})
    begin_gathering(connection)


def remember_no_more(connection: sa.Connection) -> None:
    """From here on everything is asked: what is done in a savepoint may be undone, and what was found out there with it."""
    connection.execution_options(**{_OPTION: None})
    end_gathering(connection)


def once(connection: sa.Connection, key: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer to this question, asked at most once in a transaction that remembers."""
    known = connection.get_execution_options().get(_OPTION)
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    found: Answer = known[key]
    return found


def note(connection: sa.Connection, key: Hashable, value: Any) -> None:
    """This is so from now on, by our own doing."""
    known = connection.get_execution_options().get(_OPTION)
    if known is not None:
        known[key] = value


def note_each(connection: sa.Connection, what: str, values: Mapping[str, Any]) -> None:
    """The same for many, each under what it is and whose."""
    known = connection.get_execution_options().get(_OPTION)
    if known is not None:
        known.update({(what, whose): value for whose, value in values.items()})


def noted(connection: sa.Connection, key: Hashable) -> Any:
    """What was noted or found out; None where nothing was."""
    return (connection.get_execution_options().get(_OPTION) or _NOTHING).get(key)


def note_found(connection: sa.Connection, what: str, asked: Collection[str], found: Collection[str]) -> None:
    """Of those asked for these are there. Whoever adds one says so by `note_added`."""
    note(connection, what, (frozenset(asked), frozenset(found)))


def note_added(connection: sa.Connection, what: str, added: Collection[str]) -> None:
    """These are there from now on."""
    known = noted(connection, what)
    if known is not None:
        note(connection, what, (known[0], known[1].union(added)))


def is_absent(connection: sa.Connection, what: str, wanted: Collection[str]) -> bool:
    """Whether it is certain without looking that none of these is there."""
    asked, found = noted(connection, what) or _NEVER
    return asked.issuperset(wanted) and found.isdisjoint(wanted)


def forget(connection: sa.Connection, key: Hashable) -> None:
    """It may be otherwise now: whoever wants to know asks again."""
    known = connection.get_execution_options().get(_OPTION)
    if known is not None:
        known.pop(key, None)
