"""Sanitising in a process of its own, with little time and memory, for what could take more: a mail that attacks harms nobody.

Run as a module it reads HTML from standard input and writes what may be shown of it.
"""

from __future__ import annotations

import subprocess
import sys
import threading

from desk.mail_view.sanitising import bounded, sanitise
from ventanilla.processes import bare_environment

SECONDS = 3
"""Of one processor; three times as many by the clock."""
MEMORY = 1024**3
MOST_OUT = 4_000_000
"""Characters that may come out: unclosed tags are repeated by every parser, and can be many more than what went in."""
SMALL_CHARACTERS, SMALL_TAGS = 40_000, 800
"""Of mails up to both of these sizes the worst takes a moment: no process is begun for them."""
AT_ONCE = threading.BoundedSemaphore(2)


class TooMuch(Exception):
    """This mail cannot be shown in the time that one gets."""


def sanitised(html: str) -> tuple[str, bool]:
    """What may be shown of it, and whether something is missing at its end. Raises TooMuch."""
    kept, is_cut = bounded(html)
    if len(kept) <= SMALL_CHARACTERS and kept.count("<") <= SMALL_TAGS:
        return sanitise(kept), is_cut
    if not AT_ONCE.acquire(timeout=6 * SECONDS):
        raise TooMuch
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "desk.mail_view.apart"],
            input=kept.encode("utf-8", "replace"),
            capture_output=True,
            timeout=3 * SECONDS,
            check=False,
            env=bare_environment(),
        )
    except subprocess.TimeoutExpired:
        raise TooMuch from None
    finally:
        AT_ONCE.release()
    if done.returncode != 0:
        raise TooMuch
    return done.stdout.decode(), is_cut


def main() -> int:
    """0 when it came to an end within its bounds."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sanitise(sys.stdin.buffer.read().decode())
    if len(out) > MOST_OUT:
        return 1
    sys.stdout.buffer.write(out.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
