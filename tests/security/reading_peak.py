"""Reads one mail from standard input and prints by how many bytes the memory of this process grew at most meanwhile (Linux)."""

from __future__ import annotations

import sys
from pathlib import Path

from connectors.imap_email.reading import read_mail
from connectors.imap_email.reading.context import MailContext

SELF = Path("/proc/self")


def memory(name: str) -> int:
    """A line of /proc/self/status, in bytes."""
    lines = (SELF / "status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    raw = sys.stdin.buffer.read()
    read_mail(b"From: a@b.example\n\nhola", MailContext())  # whatever is loaded when first used
    (SELF / "clear_refs").write_text("5")
    before = memory("VmRSS")
    read_mail(raw, MailContext())
    print(memory("VmHWM") - before)
