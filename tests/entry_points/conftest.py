"""The example package of docs/example-channel, built and installed as anybody would, into a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example-channel"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the example's wheel was installed into; nothing is fetched for it."""
    folder = tmp_path_factory.mktemp("example")
    copy = shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(copy))
    (wheel,) = folder.glob("*.whl")
    site = folder / "site"
    _run("-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(site), str(wheel))
    return site


@pytest.fixture
def example_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example's modules can be imported as they stand."""
    monkeypatch.syspath_prepend(EXAMPLE)


def _run(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
