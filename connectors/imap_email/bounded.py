"""A client that does not listen to a server which announces more than any mail has: the library reads whatever is announced."""

from __future__ import annotations

import imaplib
from typing import Any

from imapclient import IMAPClient
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

LARGEST_LITERAL = 64 * 1024 * 1024
"""Bytes of one piece of an answer: more than the largest mail that is fetched whole."""


class _Bounded:
    def read(self, size: int) -> bytes:
        """As imaplib's. Raises abort, which ends the connection, before anything of it is read."""
        if size > LARGEST_LITERAL:
            raise imaplib.IMAP4.abort(f"the server announces {size:,} bytes, at most {LARGEST_LITERAL:,} are read")
        return bytes(super().read(size))  # type: ignore[misc]


class _Plain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _Tls(_Bounded, IMAP4_TLS):  # type: ignore[misc]
    pass


class BoundedClient(IMAPClient):  # type: ignore[misc]
    """The library's client from its first line on, with that bound."""

    def _create_IMAP4(self) -> Any:  # noqa: N802 - the library's name
        seconds = getattr(self._timeout, "connect", None)
        if self.ssl:
            return _Tls(self.host, self.port, self.ssl_context, seconds)
        return _Plain(self.host, self.port, seconds)
