"""Names and keys as people type them: found, or refused with the nearest that there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from config.plain import nearest
from ventanilla.errors import BadInput
from ventanilla.keys import read_key
from ventanilla.store.tables import agents, channels


def known_agent(connection: sa.Connection, name: str) -> str:
    """The name, if somebody who belongs to the house has it. Raises BadInput with the nearest name."""
    return known("agent", name, connection.scalars(sa.select(agents.c.name).where(agents.c.enabled)))


def known_channel(connection: sa.Connection, name: str) -> str:
    """The name, if a channel has or had it. Raises BadInput with the nearest name."""
    return known("channel", name, connection.scalars(sa.select(channels.c.name)))


def known(noun: str, name: str, names: Iterable[str]) -> str:
    """The name, if it is one of these. Raises BadInput with the nearest, else with all of them."""
    there = list(names)
    if name in there:
        return name
    raise BadInput(f'there is no {noun} "{name}"{nearest(name, there, quote=chr(34))}')


def case_keys(typed: Sequence[str]) -> list[str]:
    """Keys in their shown form, each once. Raises BadInput naming every one that cannot be a key."""
    read = {word: read_key(word) for word in typed}
    wrong = [word for word, key in read.items() if key is None]
    if wrong:
        listed = ", ".join(f'"{word}"' for word in wrong)
        raise BadInput(
            f"{listed}: not a case key; one looks like K7M-Q2X-VTR, and its last character checks the others"
        )
    return list(dict.fromkeys(key for key in read.values() if key))
