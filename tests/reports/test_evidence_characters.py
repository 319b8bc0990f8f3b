"""Texts and names of strangers, made safe to show and to unpack."""

from __future__ import annotations

import pytest

from reports.evidence.characters import drawable, has_right_to_left, on_one_line, safe_name, visible


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("foto.png", "foto.png"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/abs/olute.txt", "olute.txt"),
        ("Presupuesto año 2026 (final).pdf", "Presupuesto_ano_2026_final.pdf"),
        ("a\x00b\n.txt", "a_b.txt"),
        (".bashrc", "file.bashrc"),
        ("...", "file"),
        ("", "file"),
        ("你好.docx", "file.docx"),
        ("\u202egpj.exe", "gpj.exe"),
        ("x" * 300 + ".jpeg", "x" * 80 + ".jpeg"),
        ("C:evil.txt", "C_evil.txt"),
    ],
)
def test_a_name_is_safe_in_every_archive(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_what_is_invisible_or_turns_the_text_is_spelled_out() -> None:
    assert visible("a\x00b\u202ec\td\r\ne\ud800") == "a[U+0000]b[U+202E]c\td\ne[U+D800]"
    assert on_one_line("a\r\nb\x1b[0m") == "a b[U+001B][0m"


def test_a_character_without_a_picture_names_its_code_and_joiners_go_with_it() -> None:
    assert drawable("hola 你好 👩\u200d🔧!", lambda one: one.isascii()) == "hola [U+4F60 U+597D] [U+1F469 U+1F527]!"
    assert has_right_to_left("hola שלום")
    assert not has_right_to_left("hola")
