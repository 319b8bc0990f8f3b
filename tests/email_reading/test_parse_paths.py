"""`parse` over files, folders, Maildirs and mbox files: an object a mail, never a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.imap_email.parse import parse_paths
from tests.email_reading.house import HOUSE, MAILS, raw_mail
from ventanilla.errors import BadInput

NAMES = {
    "path", "error", "from_address", "from_name", "to", "cc", "reply_to", "subject", "text", "reply_text", "html", "message_id",
    "in_reply_to", "references", "sent_at", "attachments", "screening", "bounce",
}  # fmt: skip


def test_every_sample_becomes_one_json_object_with_the_names_of_the_contract() -> None:
    objects = list(parse_paths([MAILS], HOUSE))

    assert len(objects) == len(list(MAILS.glob("*.eml")))
    for each in objects:
        assert set(each) >= NAMES
        assert each["error"] is None
        assert json.loads(json.dumps(each)) == each


def test_one_mail_is_printed_to_the_letter() -> None:
    (found,) = parse_paths([MAILS / "outlook_desktop_es.eml"], HOUSE)

    assert found["from_address"] == "luis.ortega@example.net"
    assert found["from_name"] == "Luis Ortega"
    assert found["to"] == ["soporte@example.com"]
    assert found["cc"] == ["almacen@example.net"]
    assert found["reply_to"] == []
    assert found["message_id"] == "<AM0PR01MB1111222233334444@AM0PR01MB1111.eurprd01.prod.example.net>"
    assert found["in_reply_to"] == "<e5120@example.com>"
    assert found["references"] == ["<e5120@example.com>"]
    assert found["sent_at"] == "2025-11-03T15:04:11Z"
    assert found["screening"] == {"verdict": "accept", "reason": ""}
    assert found["bounce"] is None
    assert [sorted(each) for each in found["attachments"]] == [
        ["content_type", "filename", "inline", "sha256", "size"]
    ] * 2
    assert found["attachments"][1]["size"] == 14


def test_a_bounce_is_printed_to_the_letter() -> None:
    (found,) = parse_paths([MAILS / "bounce_postfix.eml"], HOUSE)

    assert found["bounce"] == {"recipient": "nadie@example.net", "status": "5.1.1", "action": "failed"}
    assert found["screening"]["verdict"] == "bounce"


def test_folders_are_walked_and_what_is_no_mail_says_so(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "dos.eml").write_bytes(raw_mail("Dos"))
    (tmp_path / "a.eml").write_bytes(raw_mail("Uno"))
    (tmp_path / "notas.bin").write_bytes(b"\x89PNG no mail")
    (tmp_path / ".oculto").write_bytes(b"x")

    found = {Path(each["path"]).name: each for each in parse_paths([tmp_path], HOUSE)}

    assert {name: each["text"] for name, each in found.items()} == {"a.eml": "Uno", "dos.eml": "Dos", "notas.bin": None}
    assert found["notas.bin"]["error"] == "this is no mail: no header field was found at its start"
    assert set(found["notas.bin"]) >= NAMES


def test_a_maildir_is_read_without_its_tmp(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1730000000.M1P1.host:2,S").write_bytes(raw_mail(folder))
    (tmp_path / "dovecot-uidlist").write_text("3 V1 N1")

    assert [each["text"] for each in parse_paths([tmp_path], HOUSE)] == ["cur", "new"]


@pytest.mark.parametrize("name", ["caja.mbox", "caja"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_an_mbox_is_split_into_its_mails(tmp_path: Path, name: str, newline: bytes) -> None:
    start = b"From ana@x.example Mon Nov  3 10:12:33 2025\n"
    box = (
        start
        + raw_mail("Uno\n\n>From aquí se ve\n")
        + b"\n"
        + start
        + raw_mail("Dos\n")
        + b"\n"
        + start
        + raw_mail("Tres")
    )
    (tmp_path / name).write_bytes(box.replace(b"\n", newline))

    found = list(parse_paths([tmp_path / name], HOUSE))

    assert [each["text"] for each in found] == ["Uno\n\nFrom aquí se ve", "Dos", "Tres"]
    assert found[2]["path"].endswith(f"{name}#3")


def test_an_empty_mbox_and_an_empty_file_are_no_crash(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").touch()
    (tmp_path / "b.eml").touch()

    assert [each["error"] for each in parse_paths([tmp_path], HOUSE)] == ["this mail is empty"]


def test_a_path_that_is_not_there_is_named_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nada\.eml: no such file or folder"):
        list(parse_paths([MAILS, tmp_path / "nada.eml"], HOUSE))
