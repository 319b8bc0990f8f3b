"""A disk of a few megabytes, really full when it is full. It needs the right to mount; nothing of it is left behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.needs import lacking, need_program


@contextmanager
def small_disk(place: Path, *, megabytes: int) -> Iterator[Path]:
    """Mount one at this folder (made when missing) for as long as the block lasts."""
    need_program("mount", package="mount")
    place.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=0700"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "ventanilla-test", place], capture_output=True, check=False
    )
    if done.returncode != 0:
        lacking("this machine lets nobody mount a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def filled(place: Path) -> Iterator[Path]:
    """Not a byte is free on that disk while the block lasts; what fills it lies in its own folder."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                os.write(file.fileno(), bytes(4096))
        except OSError:
            pass
    yield ballast
    ballast.unlink()
