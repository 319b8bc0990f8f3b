"""Checks a ZIP of evidence by itself: every file against the manifest, every event against the chain. Asks no store."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from reports.evidence.archive import MANIFEST
from reports.evidence.chain import Links, check_lines
from ventanilla.errors import BadInput

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CHUNK = 1024 * 1024
_LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Bytes of a manifest that are read into memory; one of ours with a million files is smaller."""
_LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of one event that are read into memory; ours have some hundreds."""
_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_TIMES = 200
"""How many bytes all files may come to, and how many times the ZIP's own size beyond that: ours shrink tenfold at most."""
_TOO_MANY = 2**63
"""No chain is that long, and no store can be asked for it."""
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
"""What a damaged or made-up ZIP raises; RuntimeError for one that is locked, packed oddly or nested without end."""
_Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found: of which case and installation, how many files and events there are, the links of the chain (number,
    hash), the head of the chain as it was then, the ids of the cases in it, and everything that does not hold."""

    path: Path
    key: str
    installation: str
    files: int
    events: int
    chain: tuple[tuple[int, str], ...]
    head: tuple[int, str]
    cases: frozenset[int]
    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify_evidence(path: Path) -> Verified:
    """Check the ZIP whole; nothing is unpacked. Raises BadInput for what is no ZIP of evidence at all."""
    try:
        with zipfile.ZipFile(path) as packed:
            return _verified(path, packed)
    except FileNotFoundError:
        raise BadInput(f"{path}: no such file") from None
    except _UNREADABLE as error:
        raise BadInput(f"{path}: is no ZIP that can be read: {error}") from None


def _verified(path: Path, packed: zipfile.ZipFile) -> Verified:
    names = packed.namelist()
    if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED + _MOST_TIMES * path.stat().st_size:
        raise BadInput(f"{path}: would unpack to far more than evidence ever does; it was not read")
    if MANIFEST not in names:
        raise BadInput(f"{path}: holds no {MANIFEST}: `ventanilla evidence KEY` did not make it")
    problems = [f"{name}: is no safe name" for name in names if not _is_safe(name)]
    problems += [f"{name}: is there twice" for name, times in sorted(Counter(names).items()) if times > 1]
    wanted, odd = _manifest(packed)
    problems += odd
    problems += [f"{name}: is in {MANIFEST} and not in the ZIP" for name in sorted(set(wanted) - set(names))]
    problems += [f"{name}: is not in {MANIFEST}" for name in sorted(set(names) - set(wanted) - {MANIFEST})]
    problems += [line for name in sorted(set(wanted) & set(names)) if (line := _compare(packed, name, wanted[name]))]
    about = _document(packed, "manifest.json", problems)
    problems += _listed(about, wanted)
    seal = _document(packed, "seal.json", problems)
    links = _links(packed, seal)
    return Verified(
        path=path,
        key=str(about.get("key", "")),
        installation=str(about.get("installation", "")),
        files=len(wanted),
        events=links.events,
        chain=links.chain,
        head=_head(seal),
        cases=links.cases,
        problems=(*problems, *links.problems),
    )


def _manifest(packed: zipfile.ZipFile) -> tuple[dict[str, str], list[str]]:
    text = _bounded(packed, MANIFEST).decode("utf-8", "replace")
    found = {place: _LINE.fullmatch(line) for place, line in enumerate(text.splitlines(), start=1)}
    odd = [f"{MANIFEST}:{place}: is no line of sha256sum" for place, match in found.items() if match is None]
    return {match[2]: match[1] for match in found.values() if match is not None}, odd


def _compare(packed: zipfile.ZipFile, name: str, wanted: str) -> str | None:
    digest = hashlib.sha256()
    try:
        with packed.open(name) as file:
            while piece := file.read(_CHUNK):
                digest.update(piece)
    except _UNREADABLE as error:
        return f"{name}: cannot be read: {error}"
    return None if digest.hexdigest() == wanted else f"{name}: was changed: it has not the hash of {MANIFEST}"


def _document(packed: zipfile.ZipFile, name: str, problems: list[str]) -> Mapping[str, Any]:
    try:
        found = json.loads(_bounded(packed, name))
    except (KeyError, BadInput, *_UNREADABLE):
        found = None
    if not isinstance(found, dict):
        problems.append(f"{name}: is missing, or no JSON")
        return {}
    return found


def _listed(about: Mapping[str, Any], wanted: _Names) -> list[str]:
    """Files whose hash manifest.json tells otherwise."""
    files = about.get("files")
    told = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    return [
        f"manifest.json: tells another hash of {one.get('name')}"
        for one in told
        if wanted.get(str(one.get("name"))) != one.get("sha256")
    ]


def _head(seal: Mapping[str, Any]) -> tuple[int, str]:
    """Number and hash; 0 where it tells none that may be asked for."""
    number = seal.get("number")
    return (number if type(number) is int and 0 < number < _TOO_MANY else 0), str(seal.get("hash"))


def _links(packed: zipfile.ZipFile, seal: Mapping[str, Any]) -> Links:
    try:
        with packed.open("events.jsonl") as lines:
            return check_lines(_lines(lines), seal)
    except (KeyError, *_UNREADABLE) as error:
        return Links(events=0, chain=(), problems=(f"events.jsonl: cannot be read: {error}",))


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Each line. Raises ValueError for one that no event of ours fills."""
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise ValueError("a line is far too long")
        yield line


def _bounded(packed: zipfile.ZipFile, name: str) -> bytes:
    if packed.getinfo(name).file_size > _LARGEST_DOCUMENT:
        raise BadInput(f"{name}: is far too large")
    return packed.read(name)


def _is_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return not (name.startswith("/") or "\\" in name or ":" in name or ".." in parts or name.endswith("/"))
