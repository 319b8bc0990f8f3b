"""Knows whether every secret can be read now and is kept well; never holds its value longer than that takes."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from config.base import Settings
from config.draft import Draft
from config.links import Link
from config.remark import Key, Remark, warning
from config.secrets import Secret


def check_secrets(draft: Draft) -> Iterator[Remark]:
    """A problem for each secret that cannot be read, a warning for each that others can read."""
    for table_key, table in draft.tables():
        for key, secret in secrets_of(table, table_key):
            yield from _check(key, secret)


def secrets_of(value: object, key: Key) -> Iterator[tuple[Key, Secret]]:
    """Every secret in a table, with its key."""
    if isinstance(value, Secret):
        yield key, value
    elif isinstance(value, Settings):
        for name, field in type(value).model_fields.items():
            yield from secrets_of(getattr(value, name), (*key, field.alias or name))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from secrets_of(item, (*key, number))


def _check(key: Key, secret: Secret) -> Iterator[Remark]:
    trouble = secret.trouble()
    if trouble:
        yield Remark(key, trouble)
    elif isinstance(secret, Link):
        if secret.has_password:
            yield warning(key, f'{_BETTER}; it may be {{ file = "secrets/{key[0]}" }} as a whole')
    elif secret.is_literal:
        yield warning(key, f'{_BETTER}; better {{ file = "secrets/{key[1]}" }} or {{ env = "NAME" }}')
    elif secret.file is not None and secret.file.stat().st_mode & stat.S_IROTH:
        yield warning(key, f"everybody on this machine can read {secret.file}; chmod 640 it")


_BETTER = "a password stands in this file"
