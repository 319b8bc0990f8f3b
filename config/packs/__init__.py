"""Knows where the law's ready-made policies are kept, a small file each, and reads them strictly; what they mean is in pack.py."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.available import PACKS
from config.packs.pack import Pack

__all__ = ["PACKS", "Pack", "all_packs", "pack_from", "read_pack"]

FOLDER = Path(__file__).parent


@cache
def read_pack(name: str) -> Pack:
    """The pack of this name (one of PACKS). Raises KeyError for another, ValueError where its file is not as it must be."""
    if name not in PACKS:
        raise KeyError(name)
    path = FOLDER / f"{name}.toml"
    return pack_from(tomllib.loads(path.read_text(encoding="utf-8")), file=path.name)


def all_packs() -> tuple[Pack, ...]:
    """Every pack that this version brings, in the order of PACKS."""
    return tuple(read_pack(name) for name in PACKS)


def pack_from(table: dict[str, Any], *, file: str) -> Pack:
    """A pack out of its table; `file` is its file's name. Raises ValueError with every mistake: key, what is wrong."""
    try:
        found = Pack.model_validate(table)
    except ValidationError as error:
        told = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False))
        raise ValueError("\n".join(f"{file}: {one}" for one in told)) from None
    if file != f"{found.name}.toml":
        raise ValueError(f"{file}: name: expected {file.removesuffix('.toml')!r}, the file's own, got {found.name!r}")
    return found
