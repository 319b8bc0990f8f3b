"""The API of a program that runs from its folder, as `make run` runs it: installed is only what it needs."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from desk.api.app import build_api
from tests.desk.site_house import site_house
from ventanilla import __version__
from ventanilla.store.engine import Store


def test_the_api_says_its_version_where_the_package_is_not_installed(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.metadata.distribution

    def nowhere(name: str) -> importlib.metadata.Distribution:
        if name == "ventanilla":
            raise importlib.metadata.PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(importlib.metadata, "distribution", nowhere)
    api = build_api(site_house(sqlite_store, tmp_path).desk)

    assert api.api.openapi()["info"]["version"] == __version__  # type: ignore[attr-defined]
