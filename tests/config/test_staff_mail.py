"""Answering notices by mail without a server that vouches for the author: said before it surprises anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.toml_files import GOOD, load, said, write

LIVE = GOOD.replace("[service]", '[channels.vivo]\nkind = "email"\nteam = "atencion"\nmode = "live"\naddress = "vivo@example.com"\n'
    'provider = "ionos"\nimap = { password = { file = "secrets/soporte" } }\n\n[service]', 1)  # fmt: skip
STAFF = 'trusted_authserv = "mx.example.com"'


def test_it_is_said_what_happens_without_a_trusted_server(tmp_path: Path) -> None:
    (told,) = [one for one in said(load(write(tmp_path, LIVE)).warnings) if "authserv" in one]

    assert told.startswith("staff.trusted_authserv: is not set: who answers a notice by mail is asked to confirm")


@pytest.mark.parametrize("text", [GOOD, f"{LIVE}\n[staff]\n{STAFF}\n"])
def test_nothing_is_said_where_nobody_is_written_to_or_a_server_is_named(tmp_path: Path, text: str) -> None:
    assert [one for one in said(load(write(tmp_path, text)).warnings) if "authserv" in one] == []
