"""What the columns of a customers' file may be called, in Spanish and English, and how each kind of cell is read. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from config.plain import nearest, shortened
from config.values import LANGUAGES
from ventanilla.phones import e164
from ventanilla.words import AddressKind

COLUMNS = {
    "name": "name nombre nombrecompleto fullname customer cliente contact contacto razonsocial",
    "surname": "surname lastname apellido apellidos",
    "email": "email emailaddress mail correo correoelectronico direcciondecorreo direcciondecorreoelectronico",
    "phone": "phone phonenumber telephone tel telefono telefonomovil movil mobile mobilephone cell celular fijo whatsapp sms",
    "telegram": "telegram telegramid idtelegram",
    "tags": "tags tag etiquetas etiqueta labels label",
    "language": "language lang idioma lengua",
    "owner": "owner responsable accountmanager agent agente gestor",
}
FIELDS = {word: field for field, words in COLUMNS.items() for word in words.split()}
REPEATABLE = frozenset({"email", "phone", "telegram", "tags", "surname"})
ADDRESSES = {"email": AddressKind.EMAIL, "phone": AddressKind.PHONE, "telegram": AddressKind.TELEGRAM}
_SPOKEN = {
    "es": "es spanish espanol castellano",
    "en": "en english ingles",
    "ca": "ca catalan catala valenciano valencia",
    "gl": "gl galician gallego galego",
    "eu": "eu basque euskera euskara vasco",
}
_LANGUAGES = {word: code for code, words in _SPOKEN.items() for word in words.split()}
_MAIL = re.compile(r"[^@\s<>(),;:\"]+@[^@\s<>(),;:\"]+\.[^@\s<>(),;:\".]+")
_ANGLED = re.compile(r".*<([^<>]*)>\s*")
_EXCEL = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.I)
_LONGEST = 200


class Odd(ValueError):
    """A cell that cannot be what its column says; the message says why."""


def field_of(title: str) -> str | None:
    """The field that a column's title means, however it is written ("E-mail", "Teléfono 2"); None for one of no use here."""
    return FIELDS.get(plain(title).rstrip("0123456789"))


def plain(text: str) -> str:
    """Lower case, without accents, spaces or signs."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in bare if character.isalnum())


def parts_of(cell: str) -> list[str]:
    """What a cell lists: apart by `|`, `,`, `;` or lines."""
    return [part.strip() for part in re.split(r"[|,;\n]", cell) if part.strip()]


def read_addresses(field: str, cell: str, region: str | None) -> list[tuple[AddressKind, str]]:
    """The addresses of a cell in canonical form. Raises Odd naming the first that is none."""
    if field == "phone" and _EXCEL.fullmatch(cell.strip()):
        raise Odd(
            f'"{cell.strip()}": a spreadsheet has shortened the number; format that column as text and save again'
        )
    read = _READERS[field]
    return [(ADDRESSES[field], read(part.lstrip("'"), region)) for part in parts_of(cell)]


def read_name(cell: str) -> str:
    """A name on one line. Raises Odd for a whole text."""
    name = " ".join(cell.split())
    if len(name) > _LONGEST:
        raise Odd(f"expected a name of at most {_LONGEST} characters, got {len(name):,}")
    return name


def read_language(cell: str) -> str | None:
    """A two-letter code, from a code or the language's name; None for an empty cell. Raises Odd."""
    if not cell.strip():
        return None
    code = _LANGUAGES.get(plain(re.split(r"[-_]", cell.strip())[0]))
    if code is None:
        raise Odd(f'language "{shortened(cell.strip())}": expected one of {", ".join(LANGUAGES)}')
    return code


def read_owner(cell: str, people: Mapping[str, str]) -> str | None:
    """An agent's name in the file; `people` has it under every way of writing it, in lower case. Raises Odd with the nearest."""
    typed = cell.strip()
    if not typed:
        return None
    if typed.casefold() not in people:
        hint = nearest(typed, sorted(set(people.values())), quote='"')
        raise Odd(f'owner "{shortened(typed)}": there is no such agent{hint}')
    return people[typed.casefold()]


def read_tags(cell: str) -> list[str]:
    """The tags of a cell, each once."""
    tags = list(dict.fromkeys(" ".join(part.split()) for part in parts_of(cell)))
    if any(len(tag) > _LONGEST for tag in tags):
        raise Odd(f"expected tags of at most {_LONGEST} characters")
    return tags


def _mail(part: str, _region: str | None) -> str:
    angled = _ANGLED.fullmatch(part)
    bare = (angled[1] if angled else part).strip().removeprefix("mailto:").lower()
    if not _MAIL.fullmatch(bare):
        raise Odd(f'e-mail "{shortened(part)}": expected one such as eva@example.org')
    return bare


def _phone(part: str, region: str | None) -> str:
    number = e164(part, region)
    if number is None:
        country = f" (numbers without a country are read as {region}; --region says otherwise)" if region else ""
        raise Odd(f'phone "{shortened(part)}": expected one such as +34910000000{country}')
    return number


def _telegram(part: str, _region: str | None) -> str:
    if part.startswith("@"):
        raise Odd(f'telegram "{shortened(part)}": expected the number of the account; names change hands')
    if not (part.isascii() and part.isdecimal()) or int(part) == 0:
        raise Odd(f'telegram "{shortened(part)}": expected the number of an account such as 123456789')
    return str(int(part))


_READERS: dict[str, Callable[[str, str | None], str]] = {"email": _mail, "phone": _phone, "telegram": _telegram}
