"""What `status` reads out of a raw file is what the settings' classes make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.whereabouts import read_whereabouts, whereabouts_of
from config.load import load_config
from ventanilla.errors import ConfigError

FILES = {
    "defaults": "",
    "a name and a zone": '[service]\nname = "Sol"\ntimezone = "Europe/Madrid"\n',
    "a folder of its own": '[service]\ndata_dir = "data/here"\n',
    "an absolute folder": '[service]\ndata_dir = "/var/lib/ventanilla"\n',
    "a home folder": '[service]\ndata_dir = "~/ventanilla"\n',
    "sqlite by name": '[store]\nurl = "sqlite"\n',
    "a sqlite file": '[store]\nurl = "sqlite:////srv/shop.db"\n',
    "postgresql": '[store]\nurl = "postgresql+psycopg://user:pa%40ss@db:5433/shop"\n',
    "postgresql without its driver": '[store]\nurl = "postgresql://user@db/shop"\n',
    "postgres": '[store]\nurl = "postgres://user@db/shop"\n',
    "an included file": 'include = ["more.toml"]\n',
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_raw_tables_tell_what_the_settings_tell(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ventanilla.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "more.toml").write_text('[service]\nname = "More"\ndata_dir = "there"\n', encoding="utf-8")

    assert read_whereabouts(path) == whereabouts_of(load_config(path))


@pytest.mark.parametrize(
    "text",
    [
        '[store]\nurl = { env = "STORE" }\n',
        "[service]\nname = 3\n",
        '[service]\ntimezone = "Mars"\n',
        '[store]\nurl = "mysql://x"\n',
    ],
)
def test_what_only_the_settings_can_tell_is_left_to_them(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ventanilla.toml"
    path.write_text(text, encoding="utf-8")

    assert read_whereabouts(path) is None


def test_what_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "ventanilla.toml"
    path.write_text("[service\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"ventanilla\.toml:1"):
        read_whereabouts(path)
