"""A message as it came: who may see it, what its document insists on, its headers, its original."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from desk.pages.original.document import MOST_RAW
from router.moves.merge import merge
from tests.desk.hostile_mails import PICTURE, html_mail
from tests.desk.site_house import SiteHouse, site_house, visiting
from tests.router.house_for_tests import mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, inbox, looks, messages


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    return site_house(sqlite_store, tmp_path)


def came(house: SiteHouse, raw: bytes) -> str:
    """Where the message of this mail is shown, without the last part."""
    house.house.receive(raw)
    case, message = house.house.rows(conversations)[-1], house.house.rows(messages)[-1]
    return f"/cases/{case.key}/messages/{message.id}"


def test_the_html_comes_as_a_document_that_can_do_nothing(house: SiteHouse) -> None:
    place = came(house, html_mail("<p>Mi <b>caldera</b></p><script>alert(1)</script>"))
    with visiting(house, "marta") as browser:
        answer = browser.get(f"{place}/html")

    assert answer.status_code == 200
    assert "<p>Mi <b>caldera</b></p>" in answer.text
    assert "script" not in answer.text
    policy = dict(piece.strip().partition(" ")[::2] for piece in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "data:"
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert policy["frame-ancestors"] == "'self'"
    assert "script-src" not in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_pictures_of_the_web_come_only_when_asked_for(house: SiteHouse) -> None:
    place = came(house, html_mail('<img src="https://fotos.example/a.png" alt="Foto">'))
    with visiting(house, "marta") as browser:
        held = browser.get(f"{place}/html", headers={"sec-fetch-dest": "iframe"})
        alone = browser.get(f"{place}/html")
        loaded = browser.get(f"{place}/html?images=1")

    assert "fotos.example" not in held.text
    assert "No se ha cargado 1 imagen de internet" in held.text
    assert "images=1" not in held.text
    assert f'href="{place}/html?images=1"' in alone.text
    assert "https:" not in held.headers["content-security-policy"]
    assert '<img alt="Foto" src="https://fotos.example/a.png"' in loaded.text
    assert "img-src data: https:;" in loaded.headers["content-security-policy"]


def test_a_picture_inside_the_mail_is_part_of_the_document(house: SiteHouse) -> None:
    place = came(house, html_mail('<img src="cid:punto@clientes.example"><img src="cid:otro@x">', picture=PICTURE))
    with visiting(house, "marta") as browser:
        answer = browser.get(f"{place}/html")

    assert answer.text.count('src="data:image/png;base64,iVBOR') == 1
    assert '<span class="v-held">imagen</span>' in answer.text


def test_a_drawing_that_says_it_is_a_picture_is_none(house: SiteHouse) -> None:
    place = came(house, html_mail('<img src="cid:punto@clientes.example">', picture=b"<svg onload=alert(1)></svg>"))
    with visiting(house, "marta") as browser:
        assert "data:" not in browser.get(f"{place}/html").text


def test_subject_name_and_file_break_out_of_nothing(house: SiteHouse) -> None:
    attack = '"></title><script>alert(1)</script>'
    raw = html_mail(
        "<p>x</p>", subject=attack, sender=f'"{attack[2:]}" <a@b.example>', picture=PICTURE, filename=attack
    )
    place = came(house, raw)
    with visiting(house, "marta") as browser:
        for page in ("html", "headers"):
            answer = browser.get(f"{place}/{page}")
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert "&lt;/title&gt;&lt;script&gt;" in answer.text


def test_the_original_is_given_to_keep_as_it_came_and_the_look_is_noted(house: SiteHouse) -> None:
    raw = html_mail("<p>x</p>")
    place = came(house, raw)
    with visiting(house, "olga") as browser:
        answer = browser.get(f"{place}/original")
        browser.get(f"{place}/headers")

    assert answer.content == raw
    assert answer.headers["content-type"].startswith("message/rfc822")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [(row.what, row.agent) for row in house.house.rows(looks)] == [("original", "olga")] * 2


def test_headers_are_shown_decoded(house: SiteHouse) -> None:
    place = came(house, mail(subject="¿Qué tal?", headers={"X-Mailer": "Prueba 1.0"}))
    with visiting(house, "marta") as browser:
        text = browser.get(f"{place}/headers").text

    assert "¿Qué tal?" in text
    assert "Prueba 1.0" in text


def test_who_may_not_see_the_case_learns_nothing(house: SiteHouse) -> None:
    place = came(house, html_mail("<p>x</p>"))
    with visiting(house, "pau") as other, visiting(house, None) as stranger:
        answers = [other.get(f"{place}/{page}").status_code for page in ("html", "headers", "original")]
        sent_away = stranger.get(f"{place}/html").status_code

    assert (answers, sent_away) == ([404] * 3, 303)


def test_only_messages_of_the_case_and_of_what_went_into_it(house: SiteHouse) -> None:
    first = came(house, html_mail("<p>uno</p>"))
    second = came(house, html_mail("<p>dos</p>", sender="Otra <otra@clientes.example>"))
    crossed = f"{first.rpartition('/')[0]}/{second.rpartition('/')[2]}"
    with visiting(house, "marta") as browser:
        before = browser.get(f"{crossed}/html").status_code
        cases = house.house.rows(conversations)
        with house.desk.moving("marta") as move:
            merge(move, cases[1].key, cases[0].key, customers_differ=True)
        after = browser.get(f"{crossed}/html")

    assert before == 404
    assert "dos" in after.text


@pytest.mark.parametrize("number", ["0", "999", "x", "1e3", "9" * 30, "-1"])
def test_what_is_no_message_is_not_there(house: SiteHouse, number: str) -> None:
    place = came(house, html_mail("<p>x</p>")).rpartition("/")[0]
    with visiting(house, "marta") as browser:
        assert browser.get(f"{place}/{number}/html").status_code == 404


def test_a_mail_without_html_has_no_frame(house: SiteHouse) -> None:
    place = came(house, mail())
    with visiting(house, "marta") as browser:
        assert browser.get(f"{place}/html").status_code == 404


def test_an_original_that_was_erased_is_not_there(house: SiteHouse) -> None:
    place = came(house, html_mail("<p>x</p>"))
    with house.house.store.write() as connection:
        connection.execute(sa.update(inbox).values(raw=None, raw_blob=None))
    with visiting(house, "marta") as browser:
        assert [browser.get(f"{place}/{page}").status_code for page in ("html", "original", "headers")] == [404] * 3


def test_a_mail_that_is_too_large_says_so(house: SiteHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    place = came(house, html_mail("<p>x</p>"))
    monkeypatch.setattr("desk.pages.original.document.MOST_RAW", 10)
    with visiting(house, "marta") as browser:
        answer = browser.get(f"{place}/html")

    assert MOST_RAW > 10
    assert "Descarga el original" in answer.text
