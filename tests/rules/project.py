"""pyproject.toml and the lock files as data."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from tests.rules.source import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


@cache
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, str]:
    """What a lock pins: name → version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,-]+\])?==([^\s;\\]+)", text, re.MULTILINE))


def declared(requirements: list[str]) -> set[str]:
    """The distributions that requirements name, in their normal form."""
    names = (re.match(r"[A-Za-z0-9._-]+", one) for one in requirements)
    return {re.sub(r"[-_.]+", "-", found[0]).lower() for found in names if found}
