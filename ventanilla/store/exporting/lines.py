"""An export's own form: a line an object, a first one that says what it is, a last one by which a cut or changed file is seen."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from ventanilla.errors import BadInput

FORMAT = 1
_LONGEST = 1 << 31


@dataclass(slots=True)
class Lines:
    """Objects on their way into a file. `counts`: how many of each type, and of messages and files."""

    file: IO[bytes]
    counts: Counter[str] = field(default_factory=Counter)
    _digest: Any = field(default_factory=hashlib.sha256)
    _written: int = 0

    def add(self, told: Mapping[str, Any]) -> None:
        """Write one object; instants as ISO 8601 in UTC."""
        line = json.dumps(told, ensure_ascii=False, default=_plain).encode("utf-8", "backslashreplace") + b"\n"
        self.file.write(line)
        self._digest.update(line)
        self._written += 1
        self.counts[str(told["type"])] += 1
        if told["type"] == "case":
            self.counts["message"] += len(told["messages"])

    def end(self) -> dict[str, Any]:
        """Write the last line: how many lines there are before it, of what, and the SHA-256 of their bytes."""
        counts = {name: number for name, number in sorted(self.counts.items()) if name != "export"}
        told = {"type": "end", "lines": self._written, "counts": counts, "sha256": self._digest.hexdigest()}
        self.file.write(json.dumps(told).encode() + b"\n")
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What reading an export through came to. `problem`: why it does not hold; None where it does."""

    head: Mapping[str, Any]
    counts: Mapping[str, int]
    problem: str | None


def check_lines(path: Path) -> Checked:
    """Read a file of ours through, a line at a time. Raises BadInput for what is none."""
    try:
        with path.open("rb") as file:
            return _check(file, path)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None


def _check(file: IO[bytes], path: Path) -> Checked:
    digest, number, last = hashlib.sha256(), 0, b""
    head: Mapping[str, Any] = {}
    for line in _lines(file):
        if number == 0:
            head = _first(line, path)
        else:
            digest.update(last)
        last, number = line, number + 1
    end = _object(last)
    if end is None or end.get("type") != "end" or not last.endswith(b"\n"):
        return Checked(head=head, counts={}, problem=f"it is cut: after {number:,} lines there is no last one")
    if end.get("lines") != number - 1 or end.get("sha256") != digest.hexdigest():
        return Checked(
            head=head,
            counts=_counts(end),
            problem="it was changed: its lines have not the hash of its last one",
        )
    return Checked(head=head, counts=_counts(end), problem=None)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(_LONGEST):
        yield line


def _first(line: bytes, path: Path) -> Mapping[str, Any]:
    head = _object(line)
    if head is None or head.get("type") != "export" or not isinstance(head.get("made_at"), str):
        raise BadInput(f"{path}: is no export of Ventanilla: its first line does not say so")
    if head.get("format") != FORMAT:
        raise BadInput(f"{path}: is of format {head.get('format')}; this version reads format {FORMAT}")
    return head


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _counts(end: Mapping[str, Any]) -> Mapping[str, int]:
    counts = end.get("counts")
    return {name: number for name, number in counts.items() if type(number) is int} if isinstance(counts, dict) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
