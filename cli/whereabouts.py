"""Where the store is and which bytes the file has, from its raw tables: enough for `status`, before any settings class is loaded.

The settings' own classes have the last word: a test holds this page to what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from config.load import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What `status` must know of a file. `sha256` covers its bytes and those of what it includes."""

    name: str
    zone: ZoneInfo
    data_dir: Path
    store_url: str
    sha256: str


def read_whereabouts(path: Path) -> Whereabouts | None:
    """The whereabouts in a file that is plain enough; None when only the settings' classes can tell (a secret's place, a mistake).

    Raises ConfigError when the file is no TOML at all.
    """
    from config.sources import fingerprint, read_sources

    sources = read_sources(path)
    service: dict[str, Any] = {"name": "Ventanilla", "timezone": "UTC", "data_dir": "var"}
    store: dict[str, Any] = {"url": "sqlite"}
    for source in sources:
        service |= _table(source.table, "service")
        store |= _table(source.table, "store")
    if not all(isinstance(value, str) for value in (*(service[key] for key in _TEXTS), store["url"])):
        return None
    try:
        zone = ZoneInfo(service["timezone"])
    except (KeyError, ValueError, OSError):
        return None
    data_dir = sources[0].folder / Path(service["data_dir"]).expanduser()
    url = _store_url(store["url"], data_dir)
    if url is None:
        return None
    return Whereabouts(name=service["name"], zone=zone, data_dir=data_dir, store_url=url, sha256=fingerprint(sources))


def whereabouts_of(loaded: Loaded) -> Whereabouts:
    """The same of a file that was loaded."""
    service = loaded.config.service
    return Whereabouts(
        name=service.name,
        zone=ZoneInfo(service.timezone),
        data_dir=service.data_dir,
        store_url=loaded.config.store_url(),
        sha256=loaded.sha256,
    )


_TEXTS = ("name", "timezone", "data_dir")


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name, {})
    return found if isinstance(found, dict) else {}


def _store_url(written: str, data_dir: Path) -> str | None:
    if written == "sqlite":
        return f"sqlite:///{data_dir / 'ventanilla.db'}"
    scheme, _, rest = written.partition("://")
    if scheme in ("postgresql", "postgresql+psycopg", "postgres", "postgres+psycopg"):
        return f"postgresql+psycopg://{rest}"
    return written if scheme == "sqlite" else None
