"""Knows how to read an admin's file into a Config."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from config.schema import Config
from ventanilla.errors import ConfigError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file that can be used: its settings, what is odd about it, and which bytes it was (sha256 over all files)."""

    config: Config
    warnings: tuple[Problem, ...]
    path: Path
    files: tuple[Path, ...]
    sha256: str


def load_config(path: Path | str, *, available_kinds: Collection[str] = frozenset({"email"})) -> Loaded:
    """Read and check a file. Raises ConfigError with every problem."""
    path = Path(path)
    raw = path.read_bytes()
    folder = path.absolute().parent
    table = tomllib.loads(raw.decode())
    table.setdefault("service", {}).setdefault("data_dir", "var")
    try:
        config = Config.model_validate(table, context={"folder": folder})
    except ValidationError as error:
        raise ConfigError(
            [Problem(file=str(path), key=".".join(map(str, e["loc"])), message=e["msg"]) for e in error.errors()]
        ) from None
    return Loaded(config=config, warnings=(), path=path, files=(path,), sha256=hashlib.sha256(raw).hexdigest())
