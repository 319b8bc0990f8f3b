"""When the web process runs for `/metrics`, and what a check says of who may read it. A running one: test_desk_process.py."""

from __future__ import annotations

from pathlib import Path

from cli.desk import is_needed
from config.load import load_config
from tests.desk.running import write


def test_metrics_in_the_file_make_the_web_process_run_unless_they_are_off(tmp_path: Path) -> None:
    for more, needed in (('[web]\nmetrics = "local"', True), ('[web]\nmetrics = "off"', False)):
        write(tmp_path, token="1:x", api_url="http://127.0.0.1:9", more=more)
        assert is_needed(load_config(tmp_path / "v.toml").config) is needed


def test_figures_that_anybody_could_read_are_warned_of_and_a_network_is_checked(tmp_path: Path) -> None:
    more = '[web]\nlisten = "0.0.0.0:8080"\nmetrics = "anyone"'
    write(tmp_path, token="1:x", api_url="http://127.0.0.1:9", more=more)

    (warning,) = [one for one in load_config(tmp_path / "v.toml").warnings if one.key == "web.metrics"]
    assert "set metrics_token" in warning.message
