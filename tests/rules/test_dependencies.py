"""What is imported is declared, what is declared is pinned with its hash, and no pin says where it came from."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.rules.project import LOCKS, declared, locked, project
from tests.rules.source import ROOMS, ROOT, imports, modules

OURS = {*ROOMS, "tests", "bench"}
# Installed for its command or its plug-in, or loaded by name.
NOT_IMPORTED = {
    "build",
    "hatchling",
    "httpx2",
    "mypy",
    "pip-audit",
    "pytest-timeout",
    "pytest-xdist",
    "python-multipart",
    "ruff",
    "tzdata",
    "psycopg",
}


def distributions(*places: str) -> set[str]:
    """What must be installed for the imports of these folders, in its normal form."""
    known = packages_distributions()
    tops = {one.partition(".")[0] for _, path in modules(*places) for one in imports(path)}
    foreign = tops - OURS - set(sys.stdlib_module_names) - {"__future__"}
    unknown = foreign - set(known)
    assert unknown == set(), "imported, but nothing that is installed brings it"
    return {known[top][0].lower().replace("_", "-").replace(".", "-") for top in foreign}


def test_the_program_declares_what_it_imports() -> None:
    program = [room for room in ROOMS if room != "demo"]

    assert distributions(*program) - declared(project()["project"]["dependencies"]) <= {"pydantic-core"}


def test_the_demo_declares_what_it_imports() -> None:
    metadata = project()["project"]
    both = declared(metadata["dependencies"] + metadata["optional-dependencies"]["demo"])

    assert distributions("demo") - both == set()


def test_the_tests_declare_what_they_import() -> None:
    metadata = project()["project"]
    everything = metadata["dependencies"] + metadata["optional-dependencies"]["demo"]
    everything += project()["dependency-groups"]["dev"]

    assert distributions("tests", "bench") - declared(everything) == set()


def test_nothing_is_declared_that_nobody_imports() -> None:
    metadata = project()["project"]
    everything = declared(
        metadata["dependencies"] + metadata["optional-dependencies"]["demo"] + project()["dependency-groups"]["dev"]
    )

    assert everything - distributions(*ROOMS, "tests", "bench") - NOT_IMPORTED == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_everything_that_is_declared_within_its_bounds(lock: str) -> None:
    metadata = project()["project"]
    wanted = metadata["dependencies"] + metadata["optional-dependencies"]["demo"]
    if "dev" in lock:
        wanted = wanted + project()["dependency-groups"]["dev"]
    pins = locked(lock)

    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[requirement.name.lower()]), requirement


def test_what_is_known_from_the_inside_is_bounded_below_its_next_minor_version() -> None:
    """ventanilla/store/quick.py leans on what SQLAlchemy does not promise: it was tried with one minor version alone."""
    wanted = {one.name: one.specifier for one in map(Requirement, project()["project"]["dependencies"])}
    pin = Version(locked(LOCKS[0])["sqlalchemy"])

    assert wanted["sqlalchemy"].contains(pin)
    assert not wanted["sqlalchemy"].contains(f"{pin.major}.{pin.minor - 1}.99")
    assert not wanted["sqlalchemy"].contains(f"{pin.major}.{pin.minor + 1}.0")


def test_both_locks_pin_the_same_versions() -> None:
    run, dev = (locked(lock) for lock in LOCKS)

    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hash_and_no_line_names_a_place(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.findall(r"https?://|file://|--index|--find-links|@ ", text) == []


def test_there_is_no_other_lock() -> None:
    assert not (ROOT / "uv.lock").exists()
    assert not (ROOT / "poetry.lock").exists()
