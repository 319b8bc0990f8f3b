"""Decides what a test does without the server it needs: skip at home, fail where CI is set."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import NoReturn

import pytest


def lacking(missing: str) -> NoReturn:
    """What a test cannot do without is not here: skips it at home, fails it when CI is set."""
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def need_program(name: str, *, package: str) -> str:
    """The path of a program."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found or lacking(f"{name} is not installed (Debian: {package})")


def need_demo_libraries() -> None:
    """The mail servers of the demo town."""
    for library in ("pymap", "aiosmtpd"):
        if find_spec(library) is None:
            lacking(f"{library} is not installed (pip install ventanilla[demo])")
