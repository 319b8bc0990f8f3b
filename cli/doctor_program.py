"""What `doctor` asks of the program itself: versions, libraries, import names with one owner, time zones, the clock."""

from __future__ import annotations

import platform
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata, util
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ventanilla import __version__
from ventanilla.channel import Finding

ROOTS = ("ventanilla", "config", "connectors", "router", "daemon", "cli", "demo", "worker")
"""Our import names. Most are so common that another package may bring one of its own."""
_OLDEST_SQLITE = (3, 35, 0)  # RETURNING
_RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(?:>=\s*([0-9.]+))?")


def program_findings(*, now: datetime) -> Iterator[Finding]:
    """A finding for each thing that has nothing to do with any settings file."""
    yield Finding(
        subject="program",
        ok=True,
        message=f"ventanilla {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    )
    yield _sqlite()
    yield libraries(metadata.requires("ventanilla") or ())
    yield names(metadata.packages_distributions())
    yield _zones()
    yield clock(now)


def libraries(requirements: Sequence[str]) -> Finding:
    """Whether every library that we require is there, and new enough."""
    wrong, found = [], []
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        if match is None or "extra ==" in requirement:
            continue
        name, oldest = match[1], match[2] or "0"
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        found.append(name)
        if _numbers(version) < _numbers(oldest):
            wrong.append(f"{name} is {version}, at least {oldest} is needed")
    if wrong:
        cure = "install again in an environment of its own: `python -m venv .venv && .venv/bin/pip install ventanilla`"
        return Finding(subject="libraries", ok=False, message="; ".join(wrong), cure=cure)
    return Finding(subject="libraries", ok=True, message=f"all {len(found)} are there and new enough")


def names(owners: Mapping[str, Sequence[str]], *, roots: Sequence[str] = ROOTS) -> Finding:
    """Whether each of our import names is ours alone and is found where the others are."""
    home = _home("ventanilla")
    wrong = []
    for name in roots:
        others = sorted(set(owners.get(name, ())) - {"ventanilla"})
        place = _home(name)
        if others:
            wrong.append(f"`{name}` also belongs to {', '.join(others)}")
        elif place is None:
            wrong.append(f"`{name}` is not found")
        elif place != home:
            wrong.append(f"`{name}` is found in {place}, not in {home}")
    if wrong:
        cure = (
            "install ventanilla in an environment of its own, and start it outside of folders with files of these names"
        )
        return Finding(subject="import names", ok=False, message="; ".join(wrong), cure=cure)
    return Finding(subject="import names", ok=True, message=f"each of {', '.join(roots)} has one owner")


def clock(now: datetime) -> Finding:
    """Whether the machine's clock can be right at all."""
    shown = now.strftime("%Y-%m-%d %H:%M:%S UTC")
    if now < _RELEASED:
        cure = "set the clock and keep it with NTP (`timedatectl set-ntp true`): every time we promise depends on it"
        return Finding(subject="clock", ok=False, message=f"it says {shown}, before this version was made", cure=cure)
    return Finding(subject="clock", ok=True, message=shown)


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        cure = "use a newer Python or system, or PostgreSQL (store.url)"
        return Finding(subject="SQLite", ok=False, message=f"{version}, at least {oldest} is needed", cure=cure)
    return Finding(subject="SQLite", ok=True, message=version)


def _zones() -> Finding:
    try:
        ZoneInfo("Europe/Madrid")
    except ZoneInfoNotFoundError:
        cure = "install the package tzdata"
        return Finding(subject="time zones", ok=False, message="Europe/Madrid is not known here", cure=cure)
    return Finding(subject="time zones", ok=True, message="known")


def _home(name: str) -> Path | None:
    """The folder in which Python finds a top-level name."""
    loaded = sys.modules.get(name)
    spec = loaded.__spec__ if loaded is not None and loaded.__spec__ is not None else util.find_spec(name)
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin).resolve()
    return origin.parent.parent if spec.submodule_search_locations else origin.parent


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:4])
