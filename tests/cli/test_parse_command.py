"""`parse`: objects for programs, a page for people, no settings file, nothing recorded."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from cli.context import fresh_context
from cli.main import main

CONTRACT = {
    "from_address", "from_name", "to", "cc", "reply_to", "subject", "text", "reply_text", "html", "message_id",
    "in_reply_to", "references", "sent_at", "attachments", "screening", "bounce",
}  # fmt: skip


def mail(**headers: str) -> bytes:
    message = EmailMessage()
    for name, value in {"From": "Lucía <lucia@client.example>", "Subject": "Pedido 7", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("¿Cuándo llega?\n")
    message.add_attachment(b"png", maintype="image", subtype="png", filename="foto.png")
    return message.as_bytes()


def parsed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    capsys.readouterr()
    with fresh_context():
        assert main(["parse", *arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a settings file."""
    monkeypatch.delenv("VENTANILLA_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_gives_an_object_a_line(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (nowhere / "a.eml").write_bytes(mail())
    (nowhere / "b.eml").write_bytes(b"\0\0 this is no mail")
    (nowhere / "c.eml").write_bytes(mail(Subject="Otro"))

    first, second, third = parsed(capsys, str(nowhere))

    assert set(first) >= CONTRACT
    assert (first["from_address"], first["from_name"], first["subject"]) == (
        "lucia@client.example",
        "Lucía",
        "Pedido 7",
    )
    assert first["attachments"] == [
        {
            "filename": "foto.png",
            "content_type": "image/png",
            "size": 3,
            "sha256": hashlib.sha256(b"png").hexdigest(),
            "inline": False,
        }
    ]
    assert first["screening"] == {"verdict": "accept", "reason": ""}
    assert second["error"]
    assert third["subject"] == "Otro"
    assert sorted(path.name for path in nowhere.iterdir()) == ["a.eml", "b.eml", "c.eml"]


def test_options_say_what_the_house_would_know(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def verdict(raw: bytes, *options: str) -> dict[str, object]:
        (nowhere / "one.eml").write_bytes(raw)
        return parsed(capsys, "one.eml", *options)[0]

    ours = mail(From="Web@Example.com", Reply_To="cliente@client.example")
    assert verdict(ours, "--own", "web@example.COM")["screening"]["verdict"] == "own"  # type: ignore[index]
    form = verdict(ours, "--own", "web@example.com", "--form", "WEB@example.com")
    assert (form["screening"]["verdict"], form["customer"]) == ("accept", "cliente@client.example")  # type: ignore[index]

    listed = mail(List_Id="<soporte.example.com>", To="soporte@example.com")
    assert verdict(listed)["screening"]["verdict"] == "list"  # type: ignore[index]
    assert verdict(listed, "--list", "soporte.example.com")["screening"]["verdict"] == "accept"  # type: ignore[index]

    failed = mail(Authentication_Results="mx.example.com; dmarc=fail", To="soporte@example.com")
    assert verdict(failed)["screening"]["verdict"] == "accept"  # type: ignore[index]
    assert verdict(failed, "--authserv", "mx.example.com")["screening"]["verdict"] == "spam"  # type: ignore[index]


def test_people_get_a_page(nowhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (nowhere / "a.eml").write_bytes(mail(Subject="Pedido \x1b[2J 7"))
    (nowhere / "b.eml").write_bytes(b"")

    with fresh_context():
        assert main(["parse", "a.eml", "b.eml"]) == 0

    page = capsys.readouterr().out
    assert "from     Lucía <lucia@client.example>" in page
    assert "verdict  accept" in page
    assert "attached foto.png (image/png, 3 bytes)" in page
    assert "    | ¿Cuándo llega?" in page
    assert "b.eml\n  unreadable: this mail is empty" in page
    assert "1 mail read, 1 could not be" in page
    assert "\x1b" not in page


def test_a_path_that_is_not_there_is_refused_before_anything_is_printed(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (nowhere / "a.eml").write_bytes(mail())

    with fresh_context():
        assert main(["parse", "a.eml", "lost.eml", "--json"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert "lost.eml: no such file or folder" in said.err


def test_a_file_name_that_is_no_text_ends_nothing(nowhere: Path) -> None:
    (nowhere / os.fsdecode(b"carta_\xff.eml")).write_bytes(mail())
    script = "import sys; sys.argv = ['ventanilla', 'parse', '.', *sys.argv[1:]]; from cli.main import run; run()"

    for options in (["--json"], []):
        done = subprocess.run([sys.executable, "-c", script, *options], capture_output=True, check=True)
        assert b"1 mail read" in done.stdout or json.loads(done.stdout)["path"].startswith("carta_")
