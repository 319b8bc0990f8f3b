"""Which folder is the one of sent mail, on a real server: by its mark, by its name, by the setting."""

from __future__ import annotations

import pytest

from connectors.imap_email.sent_folder import find_sent
from tests.servers.dovecot import Dovecot


def found(dovecot: Dovecot, wanted: str = "auto", *folders: str) -> str | None:
    with dovecot.client("soporte") as client:
        for folder in folders:
            client.create_folder(folder)
        return find_sent(client, wanted)


def test_the_servers_mark_counts_before_any_name(dovecot: Dovecot) -> None:
    assert found(dovecot, "auto", "Enviados", "Sent Items") == "Sent"


NO_FOLDER = "namespace inbox {\n  mailbox Sent {\n    auto = no\n  }\n}"
"""A server that makes and marks no folder of sent mail."""


@pytest.mark.parametrize(
    ("folders", "best"),
    [
        (("Elementos enviados",), "Elementos enviados"),
        (("Éléments envoyés",), "Éléments envoyés"),
        (("Sent Items", "Enviados"), "Sent Items"),
        (("Correo/Enviados",), "Correo/Enviados"),
        (("Archivo/2025/Sent Items",), None),
        (("Enviados por error",), None),
    ],
)
def test_without_a_mark_the_name_tells_and_an_archive_is_not_it(folders: tuple[str, ...], best: str | None) -> None:
    with Dovecot(sent_use="", extra=NO_FOLDER).user("soporte") as dovecot:
        assert found(dovecot, "auto", *folders) == best


def test_a_name_in_the_settings_is_the_folder_or_nothing(dovecot: Dovecot) -> None:
    assert found(dovecot, "Enviadas por nosotros", "Enviadas por nosotros") == "Enviadas por nosotros"
    assert found(dovecot, "Sent Items") is None
