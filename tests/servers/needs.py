"""Decides what a test does without the server it needs: skip at home, fail where CI is set."""

from __future__ import annotations

import os
import shutil

import pytest


def need_program(name: str, *, package: str) -> str:
    """The path of a program; skips the test when it is missing, fails it when CI is set."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is not None:
        return found
    missing = f"{name} is not installed (Debian: {package})"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
