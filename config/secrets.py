"""Knows how a secret is named in the file and how to read it when it is used; never shows its value."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from config.plain import nearest, plain_error
from ventanilla.errors import LoginRefused

_SHAPES = '{ file = "/path" }, { env = "NAME" } or a text'


class Secret:
    """A secret by where it is: a file, an environment variable, or (warned about) literally in the TOML file."""

    __slots__ = ("_literal", "env", "file")

    def __init__(self, *, file: Path | None = None, env: str | None = None, literal: str | None = None) -> None:
        self.file = file
        self.env = env
        self._literal = literal

    @property
    def is_literal(self) -> bool:
        """Whether the value itself stands in the TOML file."""
        return self._literal is not None

    def reveal(self) -> str:
        """The secret now: a file is read again each time, so that it can rotate. Raises LoginRefused with the cure."""
        value, trouble = self._read()
        if trouble:
            raise LoginRefused(trouble, cure="put the secret there; nothing needs a restart")
        return value

    def trouble(self) -> str:
        """Why the secret cannot be read now, in words for the admin; empty when it can."""
        return self._read()[1]

    def _read(self) -> tuple[str, str]:
        if self.file is not None:
            return _read_file(self.file)
        if self.env is not None:
            value = os.environ.get(self.env, "")
            return value, "" if value else f"the environment variable {self.env} is not set"
        return self._literal or "", "" if self._literal else "the secret is empty"

    def where(self) -> dict[str, str] | str:
        """The secret as the file names it, without its value."""
        if self.file is not None:
            return {"file": str(self.file)}
        return {"env": self.env} if self.env is not None else "***"

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Path | None, str | None, str | None]:
        return self.file, self.env, self._literal

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(cls.where)
        )

    @classmethod
    def _validate(cls, value: object, info: core_schema.ValidationInfo) -> Secret:
        if isinstance(value, Secret):
            return value
        if isinstance(value, str):
            return cls(literal=value)
        if not isinstance(value, dict):
            raise plain_error(f"expected {_SHAPES}")
        return cls._from_table(value, folder=(info.context or {}).get("folder"))

    @classmethod
    def _from_table(cls, table: dict[str, object], *, folder: Path | None) -> Secret:
        for key in table:
            if key not in ("file", "env"):
                raise plain_error(f"unknown key `{key}`{nearest(key, ('file', 'env'))}")
        if len(table) != 1 or not all(isinstance(value, str) and value for value in table.values()):
            raise plain_error(f"expected {_SHAPES}")
        if "env" in table:
            return cls(env=str(table["env"]))
        if "\0" in str(table["file"]):
            raise plain_error(f"expected {_SHAPES}")
        path = Path(os.path.expanduser(str(table["file"])))
        return cls(file=path if folder is None else folder / path)


def _read_file(path: Path) -> tuple[str, str]:
    """The file's text without the line end behind it, and what is wrong with it (empty: nothing)."""
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError:
        return "", f"the secret file {path} does not exist"
    except OSError as error:
        return "", f"the secret file {path} cannot be read: {(error.strerror or 'unknown reason').lower()}"
    except UnicodeDecodeError:
        return "", f"the secret file {path} is not UTF-8 text"
    return value, "" if value else f"the secret file {path} is empty"
