"""What the desk says in Spanish of the service's own notes is bound to the sentences of the sources: neither changes alone."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cache

import pytest

from router.texts.reasons import reason_in
from router.texts.reasons.not_possible import CURES, NOT_POSSIBLE
from router.texts.reasons.not_sent import NOT_SENT
from router.texts.reasons.set_aside import SET_ASIDE
from tests.rules.source import modules, syntax

NOTED_IN = ("ventanilla", "connectors", "router")
COMPOSED = {
    r"bounce: failed(.*)": ("bounce: 1 1", "failed"),
    r"bounce: delayed(.*)": ("bounce: 1 1", "delayed"),
    r"out-of-office subject with (.+)": ("out-of-office subject with ",),
    r"own: a note on (\S+)": ("1: a note on 1", "own"),
    r"greeting: (.+)": ("1: 1", "greeting"),
    r"dmarc: (.+)": ("dmarc: ",),
    r"answered: (.+)": ("answered: ",),
    r"(\(outbox \d+\))?; its new id is learnt": ("; its new id is learnt",),
    r"\((\S+) says: (.+)\)": ("1 (1 says: 1)",),
    r"channel (\S+) is internal and only_to does not name this address": (
        "channel 1 is internal and 1",
        "only_to does not name this address",
    ),
    r"channel (\S+) is internal and this is not one of our people": (
        "channel 1 is internal and 1",
        "this is not one of our people",
    ),
    r"it may have gone out; it is not sent again by itself": (
        "1may have gone out; it is not sent again by itself",
        "it ",
    ),
    r"its first (\d+) parts went out, and the next may have gone out; it is not sent again by itself": (
        "1may have gone out; it is not sent again by itself",
        "its first 1 parts went out, and the next ",
    ),
    r"the text is ([\d,]+) characters long \((\d+) SMS parts\); at most (\d+) messages of ([\d,]+) go out for one answer": (
        "the text is 1; 1",
        "1 characters long (1 SMS parts)",
        "at most 1 messages of 1 go out for one answer",
    ),
    r"(\S+) refused the mail: (.+)": ("1 refused 1: 1", "the mail"),
    r"(\S+) refused the sender (\S+): (.+)": ("1 refused 1: 1", "the sender 1"),
    r"(\S+) refused the copy to (\S+): (.+)": ("1 refused 1: 1", "the copy to 1"),
    r"(\S+) refused (\S+@\S+): (.+)": ("1 refused 1: 1",),
    r"a file by WhatsApp has at most (\d+) MB; this is ([\d.]+) MB": (
        "1 at most 1 MB; this is 1 MB",
        "a file by WhatsApp has",
    ),
    r"the files of an MMS have together at most (\d+) MB; this is ([\d.]+) MB": (
        "1 at most 1 MB; this is 1 MB",
        "the files of an MMS have together",
    ),
}
"""Patterns of sentences that the sources put together, and the pieces of which they do."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the sources say: each text, and those with which something is given up, 1 standing for what is filled in."""

    texts: set[str] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    cures: set[str] = field(default_factory=set)

    def read(self, tree: ast.AST) -> None:
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Call):
                self._note_error(node)
            if (text := _text_of(node)) is not None:
                self.texts.add(text)
            if isinstance(node, ast.JoinedStr):
                waiting += [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
            else:
                waiting += ast.iter_child_nodes(node)

    def _note_error(self, call: ast.Call) -> None:
        """One that only repeats another error says nothing of its own."""
        if not (isinstance(call.func, ast.Name) and call.func.id in ("BadMessage", "Permanent", "Unwelcome")):
            return
        if call.args and (text := _text_of(call.args[0])) is not None and re.search(r"[a-z]{3}", text):
            self.reasons.add(text)
        self.cures.update(
            text for each in call.keywords if each.arg == "cure" and (text := _text_of(each.value)) is not None
        )


@cache
def written() -> Written:
    found = Written()
    for _, path in modules(*NOTED_IN):
        found.read(syntax(path))
    return found


def _text_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "1" for each in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


@pytest.mark.parametrize("said", [SET_ASIDE, NOT_SENT, NOT_POSSIBLE, CURES])
def test_each_sentence_that_the_desk_knows_is_still_written_somewhere(said: tuple[tuple[str, str], ...]) -> None:
    of_nothing = {pattern for pattern, _ in said if not any(map(re.compile(pattern).fullmatch, written().texts))}

    assert of_nothing - COMPOSED.keys() == set()


def test_each_piece_of_a_sentence_that_is_put_together_is_still_written_somewhere() -> None:
    assert {piece for pieces in COMPOSED.values() for piece in pieces} - written().texts == set()


def test_what_the_service_gives_up_on_is_said_in_spanish() -> None:
    pieces = {piece for pieces in COMPOSED.values() for piece in pieces}
    reasons = written().reasons - pieces

    assert len(reasons) > 50
    assert {text for text in reasons if reason_in("es", text) is None} == set()


def test_what_can_be_done_about_it_is_said_in_spanish() -> None:
    known = [re.compile(pattern) for pattern, _ in CURES]

    assert {text for text in written().cures if not any(pattern.fullmatch(text) for pattern in known)} == set()


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        (
            "too large: 60000000 bytes, at most 52428800 are fetched",
            "demasiado grande: 60000000 bytes, y se traen 52428800 como mucho",
        ),
        (
            "unfetchable: the connection was lost 3 times at it",
            "el servidor no lo entrega: la conexión se cortó 3 veces al pedirlo",
        ),
        (
            "auto_reply: X-Ventanilla-Loop of another installation",
            "respuesta automática: X-Ventanilla-Loop de otra instalación",
        ),
        ("greeting: not answered: there is no address", "saludo al bot: sin contestar: no hay dirección"),
        (
            "a copy of what this service sent (outbox 7); its new id is learnt",
            "copia de lo que envió este servicio (outbox 7) (se ha aprendido su nuevo id)",
        ),
        ("dmarc: mx.example.com says dmarc=none", "sin prueba de quién la escribió: mx.example.com dice dmarc=none"),
        (
            "they have blocked the bot (t.example says: Forbidden); they must unblock it; until then reach them another way",
            "ha bloqueado al bot (t.example dice: Forbidden); tiene que desbloquearlo; hasta entonces, por otra vía",
        ),
        (
            "2 of its 3 messages went out, the rest did not: there is no text to send; send less, or write a mail",
            "salieron 2 de sus 3 partes y el resto no: no hay texto que enviar; envía menos, o escribe un correo",
        ),
        ("550 5.7.1 not today; correct the address", None),
    ],
)
def test_a_note_of_several_parts_is_said_whole(noted: str, said: str | None) -> None:
    assert reason_in("es", noted) == said
