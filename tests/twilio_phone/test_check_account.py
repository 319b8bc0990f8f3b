"""`check --connect` and `twilio setup` say what each number can do, whom Twilio calls for it, and what to paste."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cli.context import fresh_context
from cli.main import main
from config.secrets import Secret
from config.twilio import TwilioSettings
from connectors.twilio_phone.api import TwilioApi
from connectors.twilio_phone.checking import check_account
from tests.servers.twilio_api import TwilioServer
from tests.twilio_phone.line import CHAT, OURS
from ventanilla.channel import Finding

PUBLIC = "https://desk.example.com"
SMS, VOICE = (f"{PUBLIC}/webhooks/telefono/{path}" for path in ("sms", "voice"))


def findings(server: TwilioServer, *, public_url: str | None = None, **more: Any) -> dict[str, Finding]:
    settings = TwilioSettings.model_validate(
        {"team": "a", "account_sid": server.account, "auth_token": server.token, "numbers": [OURS], "calls": True}
        | more
    )
    api = TwilioApi(server.account, Secret(literal=more.pop("auth_token", server.token)), api_url=server.url)
    found = check_account(settings, api, channel="telefono", public_url=public_url, clock=lambda: datetime.now(UTC))
    return {one.subject: one for one in found}


def test_it_says_whose_account_it_is_and_what_the_number_can_do(server: TwilioServer) -> None:
    found = findings(server)

    assert found["account"].ok
    assert '"Sol"' in found["account"].message
    assert found[OURS].message == "+34 910 00 00 00 is ours; it can: sms, mms, voice"
    assert found["clock"].ok
    assert found["new messages"].message == "no public_url: messages and calls are looked for every 60 s"


def test_nobody_at_the_telephone_is_told_with_the_cure(server: TwilioServer) -> None:
    found = findings(server)[f"{OURS} calls"]

    assert not found.ok
    assert "ventanilla twilio setup telefono" in found.cure


def test_a_trial_and_a_suspended_account_say_so(server: TwilioServer) -> None:
    server.kind = "Trial"
    assert "verified numbers only" in findings(server)["account"].message

    server.status = "suspended"
    assert not findings(server)["account"].ok


def test_a_number_that_is_not_ours_is_named_with_those_that_are(server: TwilioServer) -> None:
    found = findings(server, numbers=["+34910000099"])["+34910000099"]

    assert not found.ok
    assert OURS in found.cure


def test_web_addresses_are_compared_with_ours(server: TwilioServer) -> None:
    server.lists["numbers"][0] |= {"sms_url": SMS, "voice_url": "https://elsewhere.example.com"}

    found = findings(server, public_url=PUBLIC)

    assert found[f"{OURS} messages"].message == "Twilio calls us at once"
    assert found[f"{OURS} calls"].message == "Twilio calls https://elsewhere.example.com"


def test_whatsapp_senders_are_looked_for(server: TwilioServer) -> None:
    server.senders.append({"sender_id": CHAT, "status": "ONLINE"})

    found = findings(server, whatsapp=["+34910000001", "+34910000002"])

    assert found[CHAT].ok
    assert not found["whatsapp:+34910000002"].ok
    assert CHAT in found["whatsapp:+34910000002"].cure


def test_a_clock_that_is_wrong_is_told(server: TwilioServer) -> None:
    server.clock_off = timedelta(minutes=10)

    found = findings(server)["clock"]

    assert not found.ok
    seconds = re.search(r"(\d+) s\b", found.message)
    assert seconds is not None
    assert 570 <= int(seconds[1]) <= 601  # Twilio's clock says whole seconds, and a slow machine takes some


def test_a_refused_token_is_told_without_it(server: TwilioServer) -> None:
    server.token, given = "rotated", server.token
    ((subject, found),) = findings(server, auth_token=given).items()

    assert not found.ok
    assert "auth_token" in found.cure
    assert given not in subject + found.message + found.cure


def test_a_server_that_is_away_is_told(server: TwilioServer) -> None:
    server.stop()
    (found,) = findings(server).values()

    assert not found.ok


# The command


@pytest.fixture
def file(tmp_path: Path, server: TwilioServer) -> Path:
    (tmp_path / "token").write_text(server.token)
    path = tmp_path / "ventanilla.toml"
    path.write_text(
        f"""[service]
name = "Ferretería Sol"
[channels.telefono]
kind = "twilio"
team = "a"
account_sid = "{server.account}"
auth_token = {{ file = "token" }}
numbers = ["{OURS}"]
calls = true
api_url = "{server.url}"
[teams.a]
members = ["ana"]
duty = ["ana"]
[agents.ana]
email = "ana@example.com"
"""
    )
    return path


def run(capsys: pytest.CaptureFixture[str], file: Path, *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    with fresh_context():
        code = main([*words, "--config", str(file)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_without_a_public_address_it_prints_a_twiml_bin(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, file, "twilio", "setup", "telefono", "--json")
    said = json.loads(out)

    assert code == 0
    assert said["numbers"] == [{"number": OURS, "ours": True, "can": ["sms", "mms", "voice"]}]
    response = ElementTree.fromstring(said["twiml_bin"].encode())
    assert [verb.tag for verb in response] == ["Say", "Say", "Record"]
    assert [step["paste"] for step in said["paste"]] == [said["twiml_bin"]]
    assert (said["problem"], said["public_url"]) == (None, None)


def test_with_one_it_prints_the_addresses_and_what_is_there(
    file: Path, server: TwilioServer, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(file.read_text().replace("[service]\n", f'[service]\npublic_url = "{PUBLIC}"\n'))
    server.lists["numbers"][0] |= {"sms_url": SMS}

    code, out, _ = run(capsys, file, "twilio", "setup", "telefono")

    assert code == 0
    assert f"{SMS}   (it is there)" in out
    assert f"{VOICE}   (now: empty)" in out
    assert "can: sms, mms, voice" in out


def test_when_twilio_cannot_be_asked_it_says_the_rest(
    file: Path, server: TwilioServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.stop()

    code, out, err = run(capsys, file, "twilio", "setup", "telefono")

    assert code == 3
    assert "<Record" in out
    assert "nobody answers" in err or "broke off" in err


def test_another_kind_of_channel_is_bad_input(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, file, "twilio", "setup", "correo")

    assert code == 2
    assert "channels of kind twilio: telefono" in err


def test_check_connect_finds_the_account(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, file, "check", "--connect")

    assert f'telefono: account: logged in to "Sol" (AC{"0123456789abcdef" * 2}), active' in out
