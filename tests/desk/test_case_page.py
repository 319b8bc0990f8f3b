"""One case on its page: its history, who may see it, what of it is folded, shown or given out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from desk.pages.case.doing import DOINGS
from desk.words import LANGUAGES, WORDS
from router.moves.note import add_note
from router.moves.reasoned import Upheld
from tests.desk.site_house import Browser, SiteHouse, site_house, text_of, visiting
from tests.router.house_for_tests import mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations
from ventanilla.words import CallOutcome, DeliveryState, Kind, Metric, Origin, OutboxKind, Resolution, Side

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path, members='"ana"')


@pytest.fixture
def key(house: SiteHouse) -> str:
    return house.receive(message_id="<1@clientes.example>", text="Hola, ¿cuándo llega? Gracias de antemano.")


def page_of(browser: Browser, key: str, **query: Any) -> str:
    answer = browser.get(f"/cases/{key}", params=query)
    assert answer.status_code == 200
    return str(answer.text)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_case_shows_what_was_said_and_done(store: Store, tmp_path: Path) -> None:
    house = site_house(store, tmp_path, members='"ana"')
    key = house.receive(text="Hola, ¿cuándo llega?", attachment=_PNG)
    with visiting(house, "ana") as browser:
        said = text_of(page_of(browser, key))

    assert "Hola, ¿cuándo llega?" in said
    assert "foto.png" in said
    assert "Para Ana:" in said


def test_a_case_that_somebody_may_not_see_is_not_there_for_them(house: SiteHouse, key: str) -> None:
    with visiting(house, "pau") as browser:
        for path in ("", "/record", "/parts/stream", "/files/1-0", "/do/resolve"):
            assert browser.get(f"/cases/{key}{path}").status_code == 404, path
        for path in ("/answer", "/do/note", "/do/resolve", "/undo/1", "/cost"):
            assert browser.submit(f"/cases/{key}{path}", text="x").status_code == 404, path


def test_an_auditor_looks_and_is_offered_no_move(house: SiteHouse, key: str) -> None:
    with visiting(house, "olga") as browser:
        html = page_of(browser, key)
        tried = browser.submit(f"/cases/{key}/do/note", text="x")

    assert "/do/" not in html
    assert 'id="answer"' not in html
    assert tried.status_code == 403


def test_who_has_no_part_in_a_case_may_note_and_nothing_that_would_be_refused(
    sqlite_store: Store, tmp_path: Path
) -> None:
    house = site_house(sqlite_store, tmp_path)
    key = house.receive()
    owner = house.house.rows(conversations)[-1].owner
    other = {"ana": "luis", "luis": "ana"}[owner]
    with visiting(house, other) as browser:
        html = page_of(browser, key)

    assert set(re.findall(r"/do/([a-z_]+)", html)) == {"note"}
    assert 'id="answer"' not in html


def test_every_form_that_the_owner_is_offered_opens(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        offered = set(re.findall(rf'/cases/{key}/do/([a-z_]+)(?:\?[^"]*)?" data-move', page_of(browser, key)))
        answers = {name: browser.get(f"/cases/{key}/do/{name}").status_code for name in offered}

    assert offered >= {"resolve", "transfer", "decline", "merge", "kind", "priority", "tags", "called", "spam"}
    assert set(answers.values()) == {200}


def test_every_form_comes_for_a_dialog_too(house: SiteHouse, key: str) -> None:
    forms = [name for name, doing in DOINGS.items() if doing.asks]
    with visiting(house, "marta") as browser:
        parts = {name: browser.get(f"/cases/{key}/do/{name}", headers={"X-Part": "1"}) for name in forms}

    assert {name: part.status_code for name, part in parts.items()} == dict.fromkeys(forms, 200)
    assert not [name for name, part in parts.items() if "<html" in part.text]


def test_every_word_of_the_templates_is_there() -> None:
    folder = Path(__file__).parents[2] / "desk" / "templates" / "case"
    used = {
        found
        for template in folder.rglob("*.html")
        for found in re.findall(r"t\(['\"](case\.[a-z_.]+)['\"]\s*[,)]", template.read_text())
    }

    assert len(used) > 100
    assert not used - set(WORDS["es"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_a_case_can_be_has_its_words(language: str) -> None:
    wanted: dict[str, Iterable[str]] = {
        "delivery": DeliveryState,
        "letter": OutboxKind,
        "metric": Metric,
        "origin": Origin,
        "outcome": CallOutcome,
        "resolution": Resolution,
        "upheld": Upheld,
        "kind_hint": Kind,
        "do": [name for name in DOINGS if name != "answer"],
        "go": [name for name, doing in DOINGS.items() if doing.asks],
        "by": [side for side in Side if side not in (Side.DESK, Side.COMMAND)],
    }

    missing = {f"case.{place}.{word}" for place, words in wanted.items() for word in words} - set(WORDS[language])

    assert not missing


def test_a_merged_case_leads_on_with_a_word(house: SiteHouse, key: str) -> None:
    into = house.receive(subject="Otra cosa", text="Otra", message_id="<2@clientes.example>")
    with visiting(house, "ana") as browser:
        merged = browser.submit(f"/cases/{key}/do/merge", into=into)
        answer = browser.get(f"/cases/{key}")
        told = browser.get(answer.headers["location"]).text

    assert merged.headers["location"] == f"/cases/{into}"
    assert answer.headers["location"] == f"/cases/{into}"
    assert "se fusionó con este caso" in text_of(told)


def test_quoted_text_is_folded_behind_what_was_written(house: SiteHouse) -> None:
    quoted = "Sí, mañana.\n\nEl lun, 23 nov 2026 a las 9:00, Soporte <soporte@example.com> escribió:\n> ¿Le va bien?\n"
    key = house.receive(text=quoted)
    with visiting(house, "ana") as browser:
        html = page_of(browser, key)

    before, behind = html.split("Ver lo citado")
    assert "Sí, mañana." in before
    assert "¿Le va bien?" not in before
    assert "¿Le va bien?" in behind


def test_a_very_long_message_is_folded_and_whole(house: SiteHouse) -> None:
    words = [f"palabra{number}" for number in range(3000)]
    key = house.receive(text=" ".join(words))
    with visiting(house, "ana") as browser:
        html = page_of(browser, key)

    assert "Ver el resto" in html
    assert re.findall(r"palabra\d+", text_of(html.partition('id="case-stream"')[2].partition("</article>")[0])) == words


def test_what_a_customer_writes_is_never_markup(house: SiteHouse) -> None:
    key = house.receive(subject="<script>alert(1)</script>", text='<img src=x onerror="alert(1)"> https://a.example/"x')
    with visiting(house, "ana") as browser:
        html = page_of(browser, key)

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert 'href="https://a.example/"' in html


def test_a_picture_is_shown_and_a_part_of_it_given(house: SiteHouse) -> None:
    key = house.receive(attachment=_PNG)
    with visiting(house, "ana") as browser:
        html = page_of(browser, key)
        address = re.search(r'<img src="([^"]+/files/[^"]+)"', html)
        assert address is not None
        whole = browser.get(address[1])
        part = browser.get(address[1], headers={"Range": "bytes=4-9"})

    assert (whole.status_code, whole.content) == (200, _PNG)
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["content-disposition"].startswith("inline")
    assert (part.status_code, part.content) == (206, _PNG[4:10])


def test_a_page_that_came_as_a_file_is_a_download_of_no_type(house: SiteHouse) -> None:
    message = message_from_bytes(mail(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    message.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="factura.html")
    house.house.receive(message.as_bytes())
    key = house.house.rows(conversations)[-1].key
    with visiting(house, "ana") as browser:
        address = re.search(r'href="(/cases/[^"]+/files/[^"]+)"', page_of(browser, key))
        assert address is not None
        given = browser.get(address[1])

    assert given.headers["content-type"] == "application/octet-stream"
    assert given.headers["content-disposition"].startswith("attachment")
    assert given.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert given.headers["x-content-type-options"] == "nosniff"


def test_a_note_stands_apart_from_what_goes_out(house: SiteHouse, key: str) -> None:
    with house.desk.moving("ana") as move:
        add_note(move, key, "El transportista lo tiene")
    with visiting(house, "ana") as browser:
        html = page_of(browser, key)

    note = re.search(r'<article class="entry note".*?</article>', html, re.S)
    assert note is not None
    assert "El transportista lo tiene" in note[0]
    assert "nota interna" in note[0]


def test_a_part_of_the_page_comes_by_itself(house: SiteHouse, key: str) -> None:
    with visiting(house, "ana") as browser:
        for part in ("head", "stream", "side", "way"):
            answer = browser.get(f"/cases/{key}/parts/{part}", headers={"X-Part": "1"})
            assert answer.status_code == 200
            assert "<html" not in answer.text
            assert f'id="case-{part}"' in answer.text
        assert browser.get(f"/cases/{key}/parts/none").status_code == 404


def test_everything_on_record_is_shown(house: SiteHouse, key: str) -> None:
    with visiting(house, "olga") as browser:
        said = text_of(browser.get(f"/cases/{key}/record").text)

    assert "case_opened" in said
    assert "quien menos casos tenía" in said or "Ana" in said
