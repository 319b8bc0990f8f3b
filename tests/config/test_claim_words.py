"""The words of complaints and claims: what they find in five languages, what they leave alone, and that every file ships them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from config.claim_words import CLAIM, COMPLAINT, STEMS, kind_by_words
from config.expressions import probe_that_is_too_slow
from config.load import load_config
from config.template import EXAMPLE, template
from tests.config.toml_files import TODAY, write
from ventanilla.words import Kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Quiero poner una queja por el trato.", "complaint"),
        ("QUEJA: llevo tres semanas esperando", "complaint"),
        ("Me quejo del retraso.", "complaint"),
        ("Escribo para quejarme del ruido", "complaint"),
        ("Deseo presentar una reclamación", "claim"),
        ("Reclamacion por cobro indebido", "claim"),
        ("¿Me envían la hoja de reclamaciones?", "claim"),
        ("Presento un reclamo por el pedido 31", "claim"),
        ("Vengo a reclamar el importe", "claim"),
        ("Tengo una queja y una reclamación", "claim"),
        ("I want to make a complaint", "complaint"),
        ("I have to complain about the noise", "complaint"),
        ("My claim number is 31", "claim"),
        ("Vull fer una queixa", "complaint"),
        ("Full de reclamació, si us plau", "claim"),
        ("Dues reclamacions sense resposta", "claim"),
        ("Quero presentar unha queixa", "complaint"),
        ("Poñer dúas reclamacións", "claim"),
        ("Kexa bat aurkeztu nahi dut", "complaint"),
        ("Erreklamazio-orria behar dut", "claim"),
        ("¿Cuándo llega mi pedido?", None),
        ("No me quejo, el servicio fue bueno", None),
        ("Todo perfecto, sin queja", None),
        ("Ninguna queja por mi parte", None),
        ("No complaints at all, thank you", None),
        ("They reclaimed the land", None),
        ("", None),
    ],
)
def test_what_somebody_wrote_is_a_claim_a_complaint_or_neither(text: str, kind: str | None) -> None:
    assert kind_by_words(text) == (Kind(kind) if kind else None)
    assert kind is None or any(stem in text.lower() for stem in STEMS)


@pytest.mark.parametrize("pattern", [CLAIM, COMPLAINT])
def test_no_text_makes_the_expressions_slow(pattern: str) -> None:
    assert probe_that_is_too_slow(pattern) is None


@pytest.mark.parametrize(
    "text",
    [
        template("es"),
        template("en"),
        EXAMPLE.read_text(encoding="utf-8"),
        EXAMPLE.with_name("demo.toml").read_text(encoding="utf-8"),
    ],
    ids=["init es", "init en", "example", "demo"],
)
def test_each_file_that_we_ship_has_rules_on_those_words(text: str) -> None:
    rules = tomllib.loads(text)["rules"]
    by_words = {
        (where, rule["when"][where], rule["then"]["kind"])
        for rule in rules
        for where in ("subject", "text")
        if where in rule["when"] and rule["then"].get("kind") in ("claim", "complaint")
    }
    wanted = {
        (where, pattern, kind)
        for where in ("subject", "text")
        for pattern, kind in ((CLAIM, "claim"), (COMPLAINT, "complaint"))
    }
    assert wanted <= by_words


def test_what_init_writes_gives_a_claim_its_term_in_spain(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, template("es")), today=TODAY).config
    promise = config.promises["reclamaciones"]
    assert promise.pack == "es-consumidores"
    assert promise.applies_to is not None
    assert set(promise.applies_to.kind) == {Kind.CLAIM, Kind.COMPLAINT}
