"""Names of the file and notes of the service as whoever reads a page sees them: in words, in their language."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.pages.saying import deadline_called, law_called, reason_said
from router.texts.reasons import reason_in
from tests.desk.site_house import site_house, text_of, visiting
from tests.router.house_for_tests import mail
from ventanilla.store.engine import Store

LAW = """
[promises.quejas]
applies_to = { kind = ["complaint", "claim"] }
calendar = "madrid"
pack = "es-consumidores"

[[rules]]
when = { subject = "(?i)queja" }
then = { kind = "complaint" }
"""


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ("it names no sender", "no dice de quién viene"),
        ("bounce: failed 5.1.1", "devuelto por el servidor de quien lo recibe: 5.1.1"),
        (
            "auto_reply: out-of-office subject with empty sender",
            "respuesta automática: el asunto dice que no está, y sin remitente",
        ),
        ("channel soporte only observes", "el canal soporte solo observa: todavía no escribe a nadie"),
        ("550 5.1.1 <x@example.com>: user unknown", None),
    ],
)
def test_what_the_service_noted_is_said_in_spanish_and_what_a_server_wrote_is_quoted(
    noted: str, said: str | None
) -> None:
    assert reason_in("es", noted) == said
    assert reason_said(noted, "es") == (said or '<span lang="en">550 5.1.1 &lt;x@example.com&gt;: user unknown</span>')


def test_a_law_and_its_deadline_are_called_by_their_titles() -> None:
    assert deadline_called("es-consumidores:complaint", "es") == "Respuesta a una queja o reclamación"
    assert deadline_called("gone:claim", "en") == "gone:claim"
    assert law_called("es-consumidores", "en") == "Consumers' complaints and claims"


def test_pages_say_no_code_of_the_file_and_no_english_to_whoever_reads_spanish(
    sqlite_store: Store, tmp_path: Path
) -> None:
    it = site_house(sqlite_store, tmp_path, more=LAW)
    key = it.receive(subject="Queja por el pedido")
    it.house.receive(mail(sender=""))
    with visiting(it, "iris") as browser:
        pages = {path: text_of(browser.get(path).text) for path in (f"/cases/{key}", "/house", "/house/inbox")}

    assert "Respuesta a una queja o reclamación" in pages[f"/cases/{key}"]
    assert "Solo para esto: tipo: queja, reclamación" in pages["/house"]
    assert "no dice de quién viene" in pages["/house/inbox"]
    assert [path for path, said in pages.items() if "es-consumidores" in said] == []


def test_the_board_calls_a_case_as_the_list_does(sqlite_store: Store, tmp_path: Path) -> None:
    it = site_house(sqlite_store, tmp_path)
    it.receive(sender="nadie@clientes.example", subject="", text="¿Tienen tornillos de seis?")
    with visiting(it, "marta") as browser:
        for path in ("/board", "/cases?list=all"):
            said = text_of(browser.get(path).text)
            assert "¿Tienen tornillos de seis?" in said
            assert "nadie@clientes.example" in said
            assert "(sin asunto)" not in said


def test_the_trail_says_how_somebody_came_in_and_what_they_changed(sqlite_store: Store, tmp_path: Path) -> None:
    it = site_house(sqlite_store, tmp_path)
    with visiting(it, "iris") as browser:
        browser.submit("/account/preferences", language="es", theme="dark")
        said = text_of(browser.get("/house/trail").text)

    assert "entrada: con contraseña · sesión: 1" in said
    assert "datos: language, notifications, shortcuts, theme" in said
