"""The file that `ventanilla init` writes: short, safe, and right as it stands but for the password."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.email import EmailSettings
from config.load import load_config
from config.template import secret_file, template
from tests.config.toml_files import TODAY, problems_of, said, write
from ventanilla.words import Mode


@pytest.mark.parametrize(("language", "secret"), [("es", "secrets/soporte"), ("en", "secrets/support")])
def test_the_template_lacks_only_its_secret(tmp_path: Path, language: str, secret: str) -> None:
    # given what init writes, and no secret yet
    path = tmp_path / "ventanilla.toml"
    path.write_text(template(language), encoding="utf-8")
    # then the secret is all that is missing
    assert {problem.message for problem in problems_of(path)} == {f"the secret file {tmp_path}/{secret} does not exist"}
    assert secret_file(language) == secret
    # and given the secret, nothing is
    loaded = load_config(write(tmp_path, template(language)), today=TODAY)
    assert ["which law" in warning.message for warning in loaded.warnings] == ([True] if language == "en" else [])
    (channel,) = loaded.config.channels.values()
    assert isinstance(channel, EmailSettings)
    assert (channel.mode, channel.start) == (Mode.OBSERVE, "now")
    assert loaded.config.service.language == language


def test_what_there_is_to_fill_in_is_marked_and_the_file_is_short() -> None:
    for language in ("es", "en"):
        text = template(language)
        assert text.count("<-") >= 5
        assert len(text.splitlines()) < 70
        assert max(len(line) for line in text.splitlines()) <= 140


def test_the_commented_lines_of_the_template_are_right_too(tmp_path: Path) -> None:
    for language in ("es", "en"):
        lines = template(language).splitlines()
        settings: tuple[str, ...] = (
            "# acknowledge",
            "# reopen",
            "# holidays",
            "# [channels.chat]",
            "# kind",
            "# team",
            "# token",
        )
        settings += ("# [promises.claims]", "# applies_to", "# calendar", "# pack")
        uncommented = [line[2:] if line.startswith(settings) else line for line in lines]
        assert uncommented != lines
        path = write(tmp_path, "\n".join(uncommented))
        (tmp_path / "secrets" / "telegram").write_text("7000001:AAF-x\n")
        assert said(problems_of(path)) == []


@given(st.text(min_size=1).filter(str.strip))
def test_any_name_of_a_house_can_be_written(name: str) -> None:
    if not any("\ud800" <= letter <= "\udfff" for letter in name):
        assert tomllib.loads(template(name=name))["service"]["name"] == name
