"""Runs a command under what a systemd unit forbids, as far as that goes without systemd: system calls, rights, umask and limits.

    python confined.py UNIT COMMAND [WORDS ...]

The folders that the unit closes stay open: that needs a mount namespace. Knows nothing of what it runs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_DROP_CAPABILITY, _NO_NEW_PRIVILEGES = 24, 38


def settings(unit: str, name: str) -> list[str]:
    """Every value that the unit gives this setting, in order."""
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


def allowed_calls(unit: str) -> set[str]:
    """What the lines of SystemCallFilter leave, read as systemd reads them."""
    left = _members("@default")
    for line in settings(unit, "SystemCallFilter"):
        named = {call for word in line.removeprefix("~").split() for call in _members(word)}
        left = left - named if line.startswith("~") else left | named
    return left


def _members(word: str) -> set[str]:
    if not word.startswith("@"):
        return {word}
    asked = ["systemd-analyze", "syscall-filter", word]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    words = [line.strip() for line in told if line.strip() and not line.strip().startswith("#")]
    return {call for each in words for call in _members(each)}


def forbid(allowed: set[str]) -> None:
    """From here on every other system call fails with EPERM, in this process and all that it starts."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(_REFUSE)))
    for name in sorted(allowed):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # a name of another machine's is none here
            library.seccomp_rule_add(rules, ctypes.c_uint32(_ALLOW), number, 0)
    if library.seccomp_load(rules):
        raise OSError("the filter was not taken")


def main(unit: str, command: list[str]) -> None:
    allowed = allowed_calls(unit)
    system = ctypes.CDLL(None)
    (files,) = settings(unit, "LimitNOFILE")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(int(files), hard), min(int(files), hard)))
    if settings(unit, "CapabilityBoundingSet") == [""]:
        for capability in range(64):
            system.prctl(_DROP_CAPABILITY, capability, 0, 0, 0)
    os.umask(int(settings(unit, "UMask")[0], 8))
    system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    forbid(allowed)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2:])
