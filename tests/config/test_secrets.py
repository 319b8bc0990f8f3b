"""Secrets: read when used, never shown, and every trouble with one told before anything starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.compare import differences
from config.links import Link
from config.secrets import Secret
from tests.config.toml_files import GOOD, load, problems_of, said, spoilt, write
from ventanilla.errors import LoginRefused

PASSWORD = 'port = 993, password = { file = "secrets/soporte" }'


def with_password(written: str) -> str:
    return spoilt(PASSWORD, f"password = {written}")


def test_a_file_is_read_again_at_each_use_so_that_it_can_rotate(tmp_path: Path) -> None:
    # given a secret in a file
    path = write(tmp_path, GOOD)
    secret = load(path).config.channels["soporte"].imap.password  # type: ignore[attr-defined]
    assert secret.reveal() == "s3cr3t"
    # when the file changes
    (tmp_path / "secrets" / "soporte").write_text("new one \r\n")
    # then the next use has it, without the line end but with its own spaces
    assert secret.reveal() == "new one "


def test_a_file_that_vanishes_is_told_when_the_secret_is_used(tmp_path: Path) -> None:
    secret = Secret(file=tmp_path / "gone")
    with pytest.raises(LoginRefused, match="gone does not exist") as caught:
        secret.reveal()
    assert caught.value.cure


def test_an_environment_variable_is_read_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = Secret(env="VENTANILLA_TEST_SECRET")
    monkeypatch.setenv("VENTANILLA_TEST_SECRET", "one")
    assert secret.reveal() == "one"
    monkeypatch.setenv("VENTANILLA_TEST_SECRET", "two")
    assert secret.reveal() == "two"


def test_troubles_with_secret_files_are_problems(tmp_path: Path) -> None:
    path = write(tmp_path, with_password('{ file = "secrets/none" }'))
    key = "channels.soporte.imap.password"
    assert said(problems_of(path)) == [f"{key}: the secret file {tmp_path}/secrets/none does not exist"]
    (tmp_path / "secrets" / "none").write_text("\n")
    assert said(problems_of(path)) == [f"{key}: the secret file {tmp_path}/secrets/none is empty"]
    (tmp_path / "secrets" / "none").write_bytes(b"\xff\xfe\x00")
    assert said(problems_of(path)) == [f"{key}: the secret file {tmp_path}/secrets/none is not UTF-8 text"]
    (tmp_path / "secrets" / "none").unlink()
    (tmp_path / "secrets" / "none").mkdir()
    assert said(problems_of(path)) == [f"{key}: the secret file {tmp_path}/secrets/none cannot be read: is a directory"]


def test_a_secret_file_that_everybody_can_read_is_warned_about(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    file = tmp_path / "secrets" / "soporte"
    file.chmod(0o644)
    message = f"everybody on this machine can read {file}; chmod 640 it"
    assert said(load(path).warnings) == [
        f"channels.soporte.imap.password: {message}",
        f"channels.soporte.smtp.password: {message}",
    ]


def test_a_secret_in_the_file_itself_is_warned_about(tmp_path: Path) -> None:
    path = write(tmp_path, with_password('"hunter2"'))
    path.chmod(0o640)
    (warning,) = load(path).warnings
    assert warning.key == "channels.soporte.imap.password"
    assert warning.message == 'a password stands in this file; better { file = "secrets/soporte" } or { env = "NAME" }'

    path.chmod(0o644)
    (warning,) = load(path).warnings
    assert "stands in this file, which everybody on this machine can read (chmod 640 it); better" in warning.message


def test_the_mode_that_counts_is_that_of_the_file_in_which_a_secret_stands(tmp_path: Path) -> None:
    included = tmp_path / "more.toml"
    included.write_text('[store]\nurl = "postgresql://u:hunter2@localhost/v"\n')
    path = write(tmp_path, f'include = ["more.toml"]\n{GOOD}')
    path.chmod(0o644)
    included.chmod(0o640)
    (closed,) = load(path).warnings
    included.chmod(0o644)
    (opened,) = load(path).warnings

    assert (closed.file, "everybody" in closed.message) == (str(included), False)
    assert "everybody on this machine can read" in opened.message


def test_a_password_in_the_stores_address_is_warned_about_and_one_without_is_not(tmp_path: Path) -> None:
    store = '[store]\nurl = "postgresql://u{}@localhost/v"\n'
    assert load(write(tmp_path, GOOD + store.format(""))).warnings == ()
    (warning,) = load(write(tmp_path, GOOD + store.format(":hunter2"))).warnings
    assert warning.key == "store.url"
    assert "hunter2" not in str(warning)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://u:pw@localhost/v", "postgresql://u:***@localhost/v"),
        ("postgresql://u:p@w/d@localhost/v", "postgresql://u:***@localhost/v"),
        ("redis://:pw@localhost:6379/1", "redis://:***@localhost:6379/1"),
        ("redis://localhost:6379/1?password=pw&x=1", "redis://localhost:6379/1?password=***&x=1"),
        ("redis://localhost:6379/1", "redis://localhost:6379/1"),
        ("postgresql://u@localhost/v", "postgresql://u@localhost/v"),
        ("sqlite:////srv/a:b/v.db", "sqlite:////srv/a:b/v.db"),
        ("embedded", "embedded"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert repr(Link(address)) == shown
    assert Link(address).has_password == (address != shown)


EVERY_SECRET = """
[staff]
telegram = { token = "41:hunter2" }
[store]
url = "postgresql://u:hunter2@localhost/v"
[queue]
url = "redis://:hunter2@localhost:6379/1"
[channels.oauth]
kind = "email"
team = "atencion"
address = "o@example.com"
provider = "microsoft365"
oauth2 = { tenant = "t.example.com", client_id = "c", client_secret = "hunter2", flow = "client_credentials" }
[channels.chat]
kind = "telegram"
team = "atencion"
token = "42:hunter2"
[channels.telefono]
kind = "twilio"
team = "atencion"
account_sid = "AC00000000000000000000000000000000"
auth_token = "hunter2"
numbers = ["+34910000000"]
"""


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    # given a file with a secret written out wherever one can be
    text = with_password('"hunter2"') + EVERY_SECRET
    text = text.replace('role = "supervisor"', 'notify = ["ntfys://user:hunter2@ntfy.example.com/x"]')
    loaded = load(write(tmp_path, text))
    # then nothing that is printed, kept or logged has it
    shown = [repr(loaded), str(loaded.config), json.dumps(loaded.config.as_json()), str(loaded.warnings)]
    shown += differences({"service": {}}, loaded.config)
    assert not [each for each in shown if "hunter2" in each]
    # and it is there for those who use it
    assert loaded.config.store_url() == "postgresql+psycopg://u:hunter2@localhost/v"
    assert loaded.config.agents["marta"].notify == ("ntfys://user:hunter2@ntfy.example.com/x",)


@pytest.mark.parametrize(
    "spoiled",
    [
        with_password("12345678"),
        with_password('["12345678"]'),
        with_password('{ fiel = "12345678" }'),
        spoilt(PASSWORD, 'pasword = "12345678"'),
        spoilt(
            'imap = { host = "imap.example.com", port = 993, password = { file = "secrets/soporte" } }',
            'imap = "12345678"',
        ),
        spoilt("", '[queue]\nurl = "rediss:12345678@localhost"'),
        spoilt("", '[store]\nurl = "mysql://u:12345678@localhost"'),
        spoilt('role = "supervisor"', 'notify = ["nothing://12345678@x"]'),
        spoilt("", '[staff]\ntelegram = { token = { env = "X", file = "12345678" } }'),
    ],
)
def test_a_misplaced_secret_is_not_shown_in_the_message(tmp_path: Path, spoiled: str) -> None:
    problems = problems_of(write(tmp_path, spoiled))
    assert problems
    assert "12345678" not in str(problems)


def test_secrets_are_equal_by_where_they_are() -> None:
    assert Secret(env="A") == Secret(env="A")
    assert len({Secret(env="A"), Secret(env="A"), Secret(literal="A"), Secret(file=Path("A"))}) == 3
    assert repr(Secret(literal="A")) == str(Secret(literal="A")) == "***"


def test_odd_paths_are_told_and_not_stumbled_over(tmp_path: Path) -> None:
    # given a home that does not exist, and a NUL
    home = problems_of(write(tmp_path, with_password('{ file = "~nobody-here/x" }')))
    nul = problems_of(write(tmp_path, with_password('{ file = "a\\u0000b" }')))
    # then
    assert "does not exist" in said(home)[0]
    assert said(nul) == ['channels.soporte.imap.password: expected { file = "/path" }, { env = "NAME" } or a text']
