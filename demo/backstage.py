"""Keeps the stage clear: whatever any process of the demo prints goes to a log file, and only the show reaches the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def backstage(log: Path) -> Iterator[TextIO]:
    """Until it ends, standard output and error of this process and of its children are `log`; yields the real output."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [(number, os.dup(number)) for number in (1, 2)]
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(file, number)
    os.close(file)
    stage = os.fdopen(os.dup(kept[0][1]), "w", encoding=sys.stdout.encoding, errors="replace", buffering=1)
    try:
        yield stage
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, original in kept:
            os.dup2(original, number)
            os.close(original)
        _close(stage)


def _close(stage: TextIO) -> None:
    """A terminal that is gone must not hide how the demo ended."""
    try:
        stage.close()
    except OSError:
        return
