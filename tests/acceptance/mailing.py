"""Puts letters into a mailbox as the world does; knows nothing of what becomes of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.acceptance.letters import Letter
from tests.servers.dovecot import Dovecot


def append_all(dovecot: Dovecot, letters: Sequence[Letter], *, user: str = "soporte", pause: float = 0.0) -> None:
    """One after another, to the byte, received now."""
    append_raws(dovecot, [letter.raw for letter in letters], user=user, pause=pause)


def append_raws(dovecot: Dovecot, raws: Sequence[bytes], *, user: str = "soporte", pause: float = 0.0) -> None:
    """The same for mails that nothing is expected of."""
    with dovecot.client(user) as client:
        for raw in raws:
            client.append("INBOX", raw)
            time.sleep(pause)


@contextmanager
def appending(dovecot: Dovecot, letters: Sequence[Letter], *, user: str = "soporte", seconds: float) -> Iterator[None]:
    """Append them over so many seconds while the block does something else; leaves when all are there."""
    pause = seconds / max(1, len(letters))
    failed: list[BaseException] = []

    def work() -> None:
        try:
            append_all(dovecot, letters, user=user, pause=pause)
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=work, name="the world's post")
    thread.start()
    try:
        yield
    finally:
        thread.join()
    assert not failed
