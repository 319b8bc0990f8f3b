"""A channel from another package: its settings class is found by an entry point, and checked like ours."""

from __future__ import annotations

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
"""
CHANNEL = '\n[channels.p]\nkind = "pigeon"\nteam = "atencion"\nring = {{ file = "secrets/soporte" }}\n{}\n'


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    (site / "pigeon-1.0.dist-info").mkdir(parents=True)
    (site / "pigeon_channel.py").write_text(MODULE)
    (site / "pigeon-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon\nVersion: 1.0\n")
    entry = "[ventanilla.channel_settings]\npigeon = pigeon_channel:PigeonSettings\n"
    (site / "pigeon-1.0.dist-info" / "entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(site)


def test_another_packages_channel_is_available_once_installed(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + CHANNEL.format('loft = "roof"'))
    channel = load_config(path, today=TODAY).config.channels["p"]
    assert (channel.kind, channel.loft, channel.mode) == ("pigeon", "roof", "observe")  # type: ignore[attr-defined]
    assert channel.ring.reveal() == "s3cr3t"  # type: ignore[attr-defined]


def test_mistakes_in_another_packages_channel_are_told_like_ours(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + CHANNEL.format('lotf = "roof"').replace("secrets/soporte", "secrets/none"))
    assert said(problems_of(path)) == [
        "channels.p.loft: is required",
        "channels.p.lotf: unknown key `lotf`; did you mean `loft`?",
    ]
