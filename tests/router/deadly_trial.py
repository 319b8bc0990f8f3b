"""Stands in for the trial of a mail: reads standard input and dies of the mails that `deadly` dies of."""

from __future__ import annotations

import sys

from tests.router.deadly import die_of

if __name__ == "__main__":
    die_of(sys.stdin.buffer.read())
