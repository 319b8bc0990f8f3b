"""Keeps a channel's OAuth2 tokens in a file that only we can read, and renews them; one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.imap_email.oauth import Granted, TokenServer
from ventanilla.errors import LoginRefused, Temporary
from ventanilla.house_time import house_seconds
from ventanilla.ownership import give_to_owner_of_folder

_MARGIN_SECONDS = 300.0
"""A token is renewed so long before it expires; a short-lived one when half its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is in the file. `renew_at` is in seconds since 1970; whoever gave it is kept with it, and nobody else sees it."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    renew_at: float
    token_url: str
    client_id: str


class KeptTokens:
    """Hands out access tokens for one channel (`connection.Tokens`). Safe in several threads and processes.

    `refreshes`: renew by the refresh token of a person's consent (device flow); else by the client's own credentials.
    """

    def __init__(
        self, path: Path, server: TokenServer, *, refreshes: bool, clock: Callable[[], float] = house_seconds
    ) -> None:
        self._path = path
        self._server = server
        self._refreshes = refreshes
        self._clock = clock

    def current(self) -> str:
        """A token that is good for some minutes more. Raises LoginRefused (with the command that mends it), Temporary."""
        kept = self._read()
        if kept is not None and self._clock() < kept.renew_at:
            return kept.access_token
        return self._renewed(lambda found: self._clock() < found.renew_at)

    def renewed(self, refused: str) -> str:
        """Another token than the refused one: what somebody else has got meanwhile, or a new one."""
        return self._renewed(lambda found: found.access_token != refused and self._clock() < found.renew_at)

    def keep(self, granted: Granted) -> None:
        """Write tokens down as the only ones from now on."""
        with self._locked():
            self._write(granted, old_refresh_token=None)

    def _renewed(self, is_good: Callable[[Kept], bool]) -> str:
        """Renew unless another process has done it while we waited for the lock."""
        with self._locked():
            kept = self._read()
            if kept is not None and is_good(kept):
                return kept.access_token
            return self._renew(kept)

    def _renew(self, kept: Kept | None) -> str:
        if not self._refreshes:
            granted, old = self._server.by_credentials(), None
        elif kept is None or kept.refresh_token is None:
            raise LoginRefused("nobody has logged this channel in yet", cure=f"run `{self._server.again}`")
        else:
            # A rotated refresh token must not be lost: see first that we can write.
            self._save(self._as_text(kept))
            granted, old = self._server.by_refresh(kept.refresh_token), kept.refresh_token
        self._write(granted, old_refresh_token=old)
        return granted.access_token

    def _write(self, granted: Granted, *, old_refresh_token: str | None) -> None:
        margin = min(_MARGIN_SECONDS, granted.lifetime / 2)
        kept = Kept(
            access_token=granted.access_token,
            refresh_token=granted.refresh_token or old_refresh_token,
            renew_at=self._clock() + granted.lifetime - margin,
            token_url=self._server.address,
            client_id=self._server.client_id,
        )
        self._save(self._as_text(kept))

    def _read(self) -> Kept | None:
        """What is kept for this very server and client; None for anybody else's, or when it cannot be read."""
        us = (self._server.address, self._server.client_id)
        try:
            data: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
            kept = Kept(**data)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            return None
        except OSError as error:
            raise LoginRefused(
                f"{self._path} cannot be read: {error.strerror}", cure="give it to the service's user"
            ) from error
        return kept if (kept.token_url, kept.client_id) == us else None

    def _as_text(self, kept: Kept) -> str:
        return json.dumps({name: getattr(kept, name) for name in Kept.__slots__}, indent=1)

    def _save(self, text: str) -> None:
        """Whole or not at all, on the disk when this returns, readable by nobody else. Raises Temporary."""
        part = self._path.with_suffix(".part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), 0o600)
                give_to_owner_of_folder(part)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._path)
            _sync_folder(self._path.parent)
        except OSError as error:
            raise Temporary(f"{self._path} cannot be written: {error.strerror}") from error

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone among threads and processes; a dead process lets go by itself."""
        try:
            if not self._path.parent.exists():
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                give_to_owner_of_folder(self._path.parent)
            lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            give_to_owner_of_folder(self._path.with_suffix(".lock"))
        except OSError as error:
            raise Temporary(f"{self._path.parent} cannot be written to: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
