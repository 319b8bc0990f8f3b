"""The wheel as somebody else gets it: built, installed beside the same libraries, and used without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.rules.source import ROOMS, ROOT, modules
from ventanilla import __version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that has the wheel, and our libraries without our checkout."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    python = folder / "bin" / "python"
    packages = Path(run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    run(sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "-q", str(wheel))
    # A plain path: the .pth files in there, which would bring the checkout back, are not read.
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder / "bin"


def run(*arguments: str, cwd: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VENTANILLA"))}
    done = subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_holds_every_module_and_every_file_that_they_read(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())

    ours = {path.relative_to(ROOT).as_posix() for _, path in modules(*ROOMS)}
    data = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".sql", ".toml", ".html", ".css", ".eml", ".txt", ".ttf")
    }
    assert {"worker.py", "config/example.toml"} <= ours | data
    assert any(name.endswith(".sql") for name in data)
    assert (ours | data) - held == set()


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0].split("-")[0].removesuffix(".py") for name in held} == {*ROOMS}
    assert [name for name in held if "__pycache__" in name or name.startswith(("tests/", "bench/"))] == []


def test_the_command_of_the_wheel_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "ventanilla")

    assert run(command, "--version", cwd=tmp_path) == f"ventanilla {__version__}\n"
    run(command, "init", "--language", "en", cwd=tmp_path)
    (tmp_path / "secrets" / "support").write_text("pw", encoding="utf-8")
    (tmp_path / "secrets" / "support").chmod(0o600)
    run(command, "check", cwd=tmp_path)
    run(command, "migrate", cwd=tmp_path)
    run(command, "audit", cwd=tmp_path)


def test_every_module_of_the_wheel_is_its_own(installed: Path, tmp_path: Path) -> None:
    code = "import importlib, sys\nfor name in sys.argv[1:]: print(importlib.import_module(name).__file__)"

    found = run(str(installed / "python"), "-c", code, *ROOMS, cwd=tmp_path)

    assert [line for line in found.splitlines() if not line.startswith(str(installed.parent))] == []
