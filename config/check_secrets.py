"""Knows whether every secret can be read now and is kept well; never holds its value longer than that takes."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.base import Settings
from config.draft import Draft
from config.links import Link
from config.pieces import Pieces
from config.remark import Key, Remark, warning
from config.secrets import Secret


def check_secrets(draft: Draft, pieces: Pieces) -> Iterator[Remark]:
    """A problem for each secret that cannot be read, a warning for each that others can read, or that stands in the file itself."""
    for table_key, table in draft.tables():
        for key, secret in secrets_of(table, table_key):
            yield from _check(key, secret, pieces.source_of(key).path)


def secrets_of(value: object, key: Key) -> Iterator[tuple[Key, Secret]]:
    """Every secret in a table, or in the whole of them, with its key."""
    if isinstance(value, Secret):
        yield key, value
    elif isinstance(value, Settings):
        for name, field in type(value).model_fields.items():
            yield from secrets_of(getattr(value, name), (*key, field.alias or name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from secrets_of(item, (*key, str(name)))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from secrets_of(item, (*key, number))


def _check(key: Key, secret: Secret, path: Path) -> Iterator[Remark]:
    trouble = secret.trouble()
    if trouble:
        yield Remark(key, trouble)
    elif isinstance(secret, Link):
        if secret.has_password:
            yield warning(key, f'{_in(path)}; it may be {{ file = "secrets/{key[0]}" }} as a whole')
    elif secret.is_literal:
        yield warning(key, f'{_in(path)}; better {{ file = "secrets/{key[1]}" }} or {{ env = "NAME" }}')
    elif secret.file is not None and _is_open(secret.file):
        yield warning(key, f"everybody on this machine can read {secret.file}; chmod 640 it")


def _in(path: Path) -> str:
    said = "a password stands in this file"
    return f"{said}, which everybody on this machine can read (chmod 640 it)" if _is_open(path) else said


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:  # it was there a moment ago
        return False
