"""`ventanilla webhooks` and what belongs to it, and what the settings file must say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from config.load import load_config
from tests.desk.test_webhooks_out_pages import CRM
from tests.router.house_for_tests import DEFAULTS, TOML
from ventanilla.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ventanilla.toml"
    path.write_text(TOML.format(**{**DEFAULTS, "data_dir": tmp_path / "var", "more": CRM}), encoding="utf-8")
    return path


def run(file: Path, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    """The document that a command prints."""
    capsys.readouterr()
    assert main(["--config", str(file), *words, "--json"]) == code
    said = capsys.readouterr().out
    return json.loads(said) if said else None


def test_an_endpoint_is_listed_paused_told_of_in_status_and_resumed(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--config", str(file), "migrate"])
    main(["--config", str(file), "reload"])
    assert [one["paused_at"] for one in run(file, capsys, "webhooks")] == [None]

    assert run(file, capsys, "webhooks", "pause", "crm") == {"name": "crm", "changed": True}
    assert run(file, capsys, "webhooks", "test", "crm")["name"] == "crm"
    (listed,) = run(file, capsys, "webhooks")
    told = run(file, capsys, "status")
    assert (listed["waiting"], listed["paused_at"] is not None) == (1, True)
    assert [one["endpoint"] for one in told["paused_webhooks"]] == ["crm"]
    assert any("ventanilla webhooks resume crm" in step for step in told["next"])

    assert run(file, capsys, "webhooks", "resume", "crm")["changed"]
    assert not run(file, capsys, "webhooks", "resume", "crm")["changed"]
    run(file, capsys, "webhooks", "pause", "otro", code=2)
    run(file, capsys, "webhooks", "resend", "999", code=2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('secret = "corto"', "webhooks.crm.secret: expected whsec_ and base64 of 24 to 64 bytes"),
        ('events = ["case.x"]', "webhooks.crm.events"),
        ('team = "nadie"', 'webhooks.crm.team: unknown team "nadie"'),
        ('url = "https://u:p@crm.example/"', "webhooks.crm.url: a name or password in the address"),
        ('url = "ftp://crm.example/"', "webhooks.crm.url: expected an address"),
    ],
)
def test_what_cannot_be_is_refused_by_name(file: Path, line: str, said: str) -> None:
    name = line.partition(" ")[0]
    kept = "\n".join(one for one in CRM.splitlines() if not one.startswith(f"{name} ="))
    whole = file.read_text(encoding="utf-8").replace(CRM, f"{kept}\n{line}\n")
    file.write_text(whole, encoding="utf-8")

    with pytest.raises(ConfigError, match=said.replace("[", r"\[")):
        load_config(file)
