"""A channel from another package: its settings class is found by an entry point, and checked like ours; a package that cannot
be used is named with what is wrong with it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import load_config
from tests.config.toml_files import GOOD, TODAY, problems_of, said, write

MODULE = """
from typing import Literal
from config.channel import ChannelSettings
from config.secrets import Secret

class PigeonSettings(ChannelSettings):
    kind: Literal["pigeon"] = "pigeon"
    loft: str
    ring: Secret

TRIAL = None
sources = reader = sender = check = print
"""
SETTINGS_POINT = "[ventanilla.channel_settings]\npigeon = pigeon_channel:PigeonSettings\n"
CANNOT = 'package pigeon, which brings kind "pigeon", cannot be loaded: '
CHANNEL_POINT = "[ventanilla.channels]\npigeon = pigeon_channel\n"
CHANNEL = '\n[channels.p]\nkind = "pigeon"\nteam = "atencion"\nring = {{ file = "secrets/soporte" }}\n{}\n'


def install(
    site: Path, *, name: str = "pigeon", points: str = SETTINGS_POINT + CHANNEL_POINT, module: str = MODULE
) -> None:
    """Put a distribution with one module there, as pip would."""
    about = site / f"{name}-1.0.dist-info"
    about.mkdir(parents=True)
    (site / f"{name}_channel.py").write_text(module)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(points)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in sys.modules if name.endswith("_channel") and "." not in name]:
        del sys.modules[name]


@pytest.fixture
def _installed(site: Path) -> None:
    install(site)


@pytest.mark.usefixtures("_installed")
def test_another_packages_channel_is_available_once_installed(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"'))
    channel = load_config(path, today=TODAY).config.channels["p"]
    assert (channel.kind, channel.loft, channel.mode) == ("pigeon", "roof", "observe")  # type: ignore[attr-defined]
    assert channel.ring.reveal() == "s3cr3t"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_installed")
def test_mistakes_in_another_packages_channel_are_told_like_ours(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + CHANNEL.format('lotf = "roof"').replace("secrets/soporte", "secrets/none"))
    assert said(problems_of(path)) == [
        "channels.p.loft: is required",
        "channels.p.lotf: unknown key `lotf`; did you mean `loft`?",
    ]


@pytest.mark.usefixtures("_installed")
def test_a_misspelt_kind_is_told_with_the_nearest_of_all_that_are_installed(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"').replace('"pigeon"', '"pigoen"'))
    assert said(problems_of(path)) == ['channels.p.kind: unknown kind "pigoen"; did you mean "pigeon"?']


@pytest.mark.usefixtures("_installed")
def test_a_missing_kind_names_all_that_are_installed(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"').replace('kind = "pigeon"\n', ""))
    assert said(problems_of(path)) == ["channels.p.kind: is required: one of email, telegram, twilio, pigeon"]


def test_a_kind_whose_package_is_not_installed_is_unknown(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"'))
    assert said(problems_of(path)) == [
        'channels.p.kind: unknown kind "pigeon"; known here: email, telegram, twilio',
    ]


@pytest.mark.parametrize(
    ("points", "module", "trouble"),
    [
        (
            SETTINGS_POINT,
            MODULE,
            'package pigeon brings settings for kind "pigeon" but no channel: no entry point in ventanilla.channels',
        ),
        (
            SETTINGS_POINT + CHANNEL_POINT,
            "import no_such_library",
            f"{CANNOT}ModuleNotFoundError: No module named 'no_such_library'",
        ),
        (
            SETTINGS_POINT + CHANNEL_POINT,
            MODULE.replace("sources = reader = sender", "sources = reader"),
            'package pigeon: the channel of kind "pigeon" has no sender',
        ),
        (
            SETTINGS_POINT.replace("PigeonSettings", "Secret") + CHANNEL_POINT,
            MODULE,
            'what is brought for kind "pigeon" in ventanilla.channel_settings is no class derived from ChannelSettings',
        ),
    ],
    ids=["no channel", "a library is missing", "a part is missing", "no settings"],
)
def test_a_package_that_cannot_be_used_is_told_with_why(
    tmp_path: Path, site: Path, points: str, module: str, trouble: str
) -> None:
    install(site, points=points, module=module)
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"'))

    assert said(problems_of(path)) == [f"channels.p.kind: {trouble}"]


@pytest.mark.usefixtures("_installed")
def test_one_kind_from_two_packages_is_refused_with_both_names(tmp_path: Path, site: Path) -> None:
    install(site, name="dove", points=SETTINGS_POINT.replace("pigeon_channel", "dove_channel"))
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"'))

    assert said(problems_of(path)) == [
        'channels.p.kind: kind "pigeon" is brought by package dove and package pigeon: only one of them may be installed'
    ]


@pytest.mark.usefixtures("_installed")
def test_a_command_that_only_looks_loads_no_more_than_the_settings(tmp_path: Path, site: Path) -> None:
    (site / "pigeon-1.0.dist-info" / "entry_points.txt").write_text(SETTINGS_POINT)
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"'))

    assert load_config(path, today=TODAY, thorough=False).config.channels["p"].kind == "pigeon"
