"""Reads one mail from standard input and ends: a suspicious mail is tried here first, where nobody minds a crash."""

from __future__ import annotations

import resource
import sys

from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.message import read_mail
from ventanilla.errors import BadMessage

MOST_MEMORY = 2 * 1024**3


def main() -> int:
    """0 when reading came to an end, whatever it found."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        read_mail(sys.stdin.buffer.read(), MailContext())
    except BadMessage:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
