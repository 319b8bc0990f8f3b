"""Knows the addresses of store, queue and blobs: which kinds there are, and how to show one without its password."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema

from config.plain import plain_error
from config.secrets import Secret
from ventanilla.queue_address import is_watched, parse_watched

# Up to the last @: a password written raw may hold one itself. Rather too much is hidden than too little.
_PASSWORD = re.compile(r"(?P<before>://[^:/@]*:)[^?#]+(?=@)|(?P<query>[?&](?:sentinel_)?password=)[^&]+")


class Link(Secret):
    """The address of a server: a literal one is shown, its password is not; { env } and { file } hide it all."""

    __slots__ = ()

    def __init__(self, literal: str | None = None, **where: Any) -> None:
        super().__init__(literal=literal, **where)

    def where(self) -> dict[str, str] | str:
        """The address as the file names it, with `***` for a password."""
        return self.masked() if self.is_literal else super().where()

    def masked(self) -> str:
        """A literal address with `***` for its password; `***` alone when it is kept elsewhere."""
        return _PASSWORD.sub(_hidden, self._literal) if self._literal is not None else "***"

    def scheme(self) -> str:
        """What kind of server it names: `sqlite`, `s3`; empty when it is kept elsewhere."""
        return (self._literal or "").partition("://")[0]

    @property
    def has_password(self) -> bool:
        """Whether a password stands in the TOML file."""
        return self._literal is not None and _PASSWORD.search(self._literal) is not None

    def __repr__(self) -> str:
        return self.masked()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return super().__get_pydantic_core_schema__(source, handler)


def _hidden(password: re.Match[str]) -> str:
    return f"{password['before'] or password['query']}***"


def _one_of(pattern: str, allowed: str) -> BeforeValidator:
    """Refuse a literal address of another kind. One kept elsewhere is looked at when it is used."""

    def validate(value: object) -> object:
        if isinstance(value, str) and not re.match(pattern, value):
            raise plain_error(f"expected {allowed}, got {_shown(value)}")
        return value

    return BeforeValidator(validate)


def _shown(value: str) -> str:
    scheme, separator, _ = value.partition("://")
    if separator:
        return f'"{scheme}://…"'
    return "something with a password" if "@" in value else f'"{value}"'


def _anchored(value: object, info: ValidationInfo) -> object:
    """Make SQLite's path relative to the folder of the file that names it."""
    folder = (info.context or {}).get("folder")
    if folder is None or not isinstance(value, str) or not value.startswith("sqlite:///"):
        return value
    return f"sqlite:///{Path(folder) / value.removeprefix('sqlite:///')}"


StoreUrl = Annotated[
    Link,
    BeforeValidator(_anchored),
    _one_of(
        r"sqlite$|sqlite:///.|postgres(ql)?(\+psycopg)?://.",
        '"sqlite", "sqlite:///file" or "postgresql+psycopg://user@host/database"',
    ),
]


def _with_whole_sentinels(value: object) -> object:
    if isinstance(value, str) and is_watched(value):
        try:
            parse_watched(value)
        except ValueError as error:
            raise plain_error(str(error)) from None
    return value


QueueUrl = Annotated[
    Link,
    BeforeValidator(_with_whole_sentinels),
    _one_of(
        r"embedded$|rediss?(\+sentinel)?://.|unix://.",
        '"embedded", "redis://host:6379/0", "rediss://…", "redis+sentinel://host:26379/NAME/0" or "unix:///socket"',
    ),
]
BlobsUrl = Annotated[Link, _one_of(r"files$|s3://.", '"files" or "s3://bucket/prefix"')]
