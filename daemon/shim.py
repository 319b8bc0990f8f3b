"""Becomes the program it is told to, after asking the kernel to kill it should its parent die. Imports nothing of ours.

Usage: shim.py PARENT_PID PROGRAM ARGUMENT…  It is a program and no `preexec_fn`, which may deadlock where threads run.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)
    try:
        os.execvp(program[0], program)  # noqa: S606 - the supervisor's own fixed list
    except OSError as error:
        sys.stderr.write(f"{program[0]}: {error.strerror}\n")
        sys.exit(127)


main()
