"""The law's ready-made policies as files: read strictly, so that a slip in one is found here and not in front of an inspector."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.available import AVAILABLE_PACKS, PACKS
from config.packs import FOLDER, pack_from, read_pack
from config.packs.pack import Duty, Forbidden, fold_tag
from ventanilla.words import Kind

NAME = "es-ley-10-2025"


def table() -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{NAME}.toml").read_text(encoding="utf-8"))


def spoilt(change: Callable[[dict[str, Any]], object]) -> str:
    found = table()
    change(found)
    with pytest.raises(ValueError, match=NAME) as refused:
        pack_from(found, file=f"{NAME}.toml")
    return str(refused.value)


def test_there_is_a_file_for_each_pack_and_no_other() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.toml")} == set(PACKS) == AVAILABLE_PACKS
    assert all(read_pack(name).name == name for name in PACKS)
    with pytest.raises(KeyError):
        read_pack("es-consumidor")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda pack: pack["deadlines"][0].update(kinds=["grudge"]), "grudge"),
        (lambda pack: pack["deadlines"][0].update(calendar_days=15), "exactly one of hours"),
        (lambda pack: pack["deadlines"][0].pop("working_days"), "exactly one of hours"),
        (lambda pack: pack["deadlines"][0].update(working_days=0), "deadlines.0.working_days"),
        (lambda pack: pack["deadlines"][0].update(days=15), "unknown key `days`"),
        (lambda pack: pack["deadlines"][0].pop("source"), "deadlines.0.source"),
        (lambda pack: pack["deadlines"][1].pop("name"), "required where no kinds"),
        (lambda pack: pack["deadlines"].append(pack["deadlines"][0]), "twice: claim, complaint"),
        (lambda pack: pack["required"].append(pack["required"][0]), "twice: key"),
        (lambda pack: pack.update(deadlines=[]), "deadlines"),
        (lambda pack: pack.pop("reviewed"), "reviewed"),
        (lambda pack: pack.update(reviewed="yesterday"), "reviewed"),
        (lambda pack: pack.update(name="other-pack"), "expected 'es-ley-10-2025'"),
        (lambda pack: pack["forbidden"][0].update(what="mischief"), "forbidden.0.what"),
        (lambda pack: pack["title"].pop("en"), "title.en"),
        (lambda pack: pack.update(url="www.boe.es"), "url"),
    ],
)
def test_a_slip_in_a_pack_is_refused_with_its_place(change: Callable[[dict[str, Any]], object], told: str) -> None:
    assert told in spoilt(change)


def test_what_each_pack_wants_and_forbids() -> None:
    wants = {name: {one.what for one in read_pack(name).required} for name in PACKS}
    assert all(Duty.ANSWER in found for found in wants.values())
    assert {name for name in PACKS if Duty.RECEIPT in wants[name]} == set(PACKS) - {"eu-gdpr-dsar"}
    assert {name for name in PACKS if Duty.TELL_LATE in wants[name]} == {"co-pqrs"}
    assert {name for name in PACKS if read_pack(name).forbids(Forbidden.NO_RECEIPT)} == set(PACKS) - {"eu-gdpr-dsar"}
    assert all(read_pack(name).forbids(Forbidden.CLOSING_BY_TIME) for name in PACKS)
    assert [name for name in PACKS if read_pack(name).forbids(Forbidden.EXTENSION)] == ["pe-libro-reclamaciones"]
    assert [name for name in PACKS if read_pack(name).forbids(Forbidden.EARLY_SURVEY)] == ["es-ley-10-2025"]
    assert {name: days for name in PACKS if (days := read_pack(name).days_to_complete())} == {"es-ley-10-2025": 10}


def test_a_tag_is_the_same_tag_however_it_is_spelt() -> None:
    assert fold_tag("Cobro_Indebido") == fold_tag(" cobro  indebido") == "cobro-indebido"
    assert fold_tag("Facturación") == "facturacion"
    assert read_pack(NAME).covers(Kind.QUERY, ["Continuidad"])
    assert not read_pack(NAME).covers(Kind.QUERY, ["facturas"])


def test_a_pack_says_whether_it_was_read_in_the_laws_own_text() -> None:
    assert read_pack(NAME).when_reviewed() == "2026-11-21"
    for name in set(PACKS) - {NAME, "es-consumidores"}:
        law = read_pack(name)
        assert law.when_reviewed() == "2026-11-21, with summaries and not with the law's text"
        assert law.notes is not None
        assert "not read in" in law.notes.en
