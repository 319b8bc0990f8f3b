"""What every command has at hand: the file, the store, the house, and how to print. Opens things when they are first needed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ventanilla.errors import BadInput
from ventanilla.house_time import house_now

if TYPE_CHECKING:
    from config.load import Loaded
    from router.house import House
    from ventanilla.store.engine import Store

DEFAULT_CONFIG = "ventanilla.toml"


@dataclass(slots=True)
class Context:
    """One run of the command. `as_json`: one JSON document on standard output and nothing else there."""

    config_path: Path = field(default_factory=lambda: Path(os.environ.get("VENTANILLA_CONFIG") or DEFAULT_CONFIG))
    as_json: bool = False
    writes_logs: bool = False
    """Whether what is logged goes where the service's logs go: in a process that is the command's own."""
    _loaded: Loaded | None = None
    _glimpsed: Loaded | None = None
    _store: Store | None = None

    @property
    def loaded(self) -> Loaded:
        """The file, read and checked. Raises ConfigError, or BadInput when there is none."""
        if self._loaded is None:
            from config.load import load_config

            if not self.config_path.is_file():
                raise BadInput(
                    f"{self.config_path}: no such file; `ventanilla init` writes one, --config FILE names another"
                )
            self._loaded = load_config(self.config_path)
        return self._loaded

    @property
    def glimpsed(self) -> Loaded:
        """The file without the slow checks (countries, Apprise addresses): for commands that only look at what was applied."""
        if self._loaded is None and self._glimpsed is None and self.config_path.is_file():
            from config.load import load_config

            self._glimpsed = load_config(self.config_path, thorough=False)
        return self._loaded or self._glimpsed or self.loaded

    @property
    def store(self) -> Store:
        """The store, its schema checked. Raises Temporary or Unreachable."""
        if self._store is None:
            from config.opening import open_existing_store
            from ventanilla.store.revision import is_current

            if self.writes_logs:  # what is logged of a wrong clock must not stand in a document
                self._set_up_logs()
            store = open_existing_store(self.glimpsed.config)
            if not is_current(store):
                from ventanilla.store.migrate import require_current

                require_current(store)
            from ventanilla.store.server_time import follow_server

            follow_server(store)
            self._store = store
        return self._store

    def close(self) -> None:
        """Let go of the store, if it was opened."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def house(self) -> House:
        """The settings in force with the store's identity."""
        from router.house import open_house

        if self.writes_logs:
            self._set_up_logs()
        with self.store.write() as connection:
            return open_house(connection, self.glimpsed.config, now=self.now())

    @staticmethod
    def _set_up_logs() -> None:
        """A command has its own words; only what goes wrong beside them is logged, on standard error."""
        import structlog

        from ventanilla.logs import LEVEL, set_up_logs

        if not structlog.is_configured():  # a part of the service has its own level
            set_up_logs(level=os.environ.get(LEVEL) or "warning")

    @staticmethod
    def now() -> datetime:
        """The time of the house, in UTC: the store's server's, once the store was opened."""
        return house_now()

    def print_json(self, document: Any) -> None:
        """One JSON document on standard output; instants as ISO 8601 in UTC."""
        from cli.printing import readable_json

        written = json.dumps(document, ensure_ascii=False, indent=2, default=_plain)
        sys.stdout.write(f"{readable_json(written)}\n")


MOST = 2**62
"""The largest number that may be typed: no store has a larger one."""
_CONTEXT = Context()


def context() -> Context:
    """This run's context."""
    return _CONTEXT


@contextmanager
def fresh_context() -> Iterator[Context]:
    """A context of its own for one run; tests call commands in this process."""
    global _CONTEXT
    before, _CONTEXT = _CONTEXT, Context()
    try:
        yield _CONTEXT
    finally:
        _CONTEXT.close()
        _CONTEXT = before


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
