"""Knows the shape of what a check has to say: the place, the words, and whether it stops the service or only warns."""

from __future__ import annotations

import re
from dataclasses import dataclass

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding at a key of the merged file. A warning does not keep the file from being used."""

    key: Key
    message: str
    is_warning: bool = False


def warning(key: Key, message: str) -> Remark:
    """A remark that only warns."""
    return Remark(key, message, is_warning=True)


def written(key: Key) -> str:
    """A key as people write it: `rules[1].when.subject`; items count from 1, odd names are quoted."""
    parts: list[str] = []
    for part in key:
        if isinstance(part, int):
            parts[-1:] = [f"{parts[-1] if parts else ''}[{part + 1}]"]
        else:
            parts.append(part if re.fullmatch(r"[\w-]+", part) else f'"{part}"')
    return ".".join(parts)
