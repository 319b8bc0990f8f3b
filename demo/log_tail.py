"""Reads what the service's parts write into their log for what a person should hear of. Knows its form alone."""

from __future__ import annotations

import json
from pathlib import Path

_BAD = ("error", "critical")
_LONGEST = 120


class LogTail:
    """Follows a file that only grows. Lines that are no JSON come from a program that broke before it could log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def new_troubles(self) -> list[str]:
        """What went wrong since the last look, a short line each."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return []
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [trouble for line in lines if (trouble := trouble_in(line.decode(errors="replace")))]


def trouble_in(line: str) -> str:
    """The line as a person should hear it, "" when it is nothing to worry about."""
    if line.startswith("Traceback "):
        return "Traceback (see the log)"
    try:
        entry = json.loads(line)
    except ValueError:
        return ""
    if not isinstance(entry, dict) or entry.get("level") not in _BAD:
        return ""
    details = (str(entry[name]) for name in ("child", "problem", "reason", "exception") if entry.get(name))
    return ": ".join((str(entry.get("event", "error")), *(each.splitlines()[0] for each in details)))[:_LONGEST]
