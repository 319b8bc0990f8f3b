"""Knows how to say in plain words what pydantic found; knows no setting in particular and never shows a secret."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from pydantic import ValidationError, WrapValidator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

Handler = Callable[[Any], Any]


def plain_error(text: str) -> PydanticCustomError:
    """An error whose words are already those that the admin reads."""
    return PydanticCustomError("plain", "{text}", {"text": text})


def refusal(text: str, *, at: str) -> ValidationError:
    """The error of a whole table that is about one of its keys, in words for the admin."""
    detail = InitErrorDetails(type=plain_error(text), loc=(at,), input=None)
    return ValidationError.from_exception_data("settings", [detail], hide_input=True)


def shown(value: object) -> str:
    """A value as the file writes it; a table or a list only by its name, since it may hold a secret."""
    if isinstance(value, bool | str):
        return json.dumps(value if isinstance(value, bool) else shortened(value), ensure_ascii=False)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def shortened(text: str) -> str:
    """A text that still fits into a message."""
    return text if len(text) <= 80 else f"{text[:79]}…"


def expecting(what: str) -> WrapValidator:
    """Replace whatever pydantic says about a value by `expected WHAT, got VALUE`; what is in plain words already stays."""

    def validate(value: Any, handler: Handler) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            if all(each["type"] == "plain" for each in error.errors(include_url=False)):
                raise
            raise plain_error(f"expected {what}, got {shown(value)}") from None

    return WrapValidator(validate)


def nearest(word: str, known: Iterable[str], *, quote: str = "`") -> str:
    """A tail for a message about an unknown word: the word that was probably meant, else (up to twelve) what is known."""
    words = sorted(known)
    swapped = [other for other in words if sorted(other) == sorted(word.lower())]
    close = swapped or difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {quote}{close[0]}{quote}?"
    more = ", …" if len(words) > 12 else ""
    return f"; known here: {', '.join(words[:12])}{more}" if words else ""


def plain_details(error: ErrorDetails, keys: Mapping[str, str]) -> InitErrorDetails:
    """One of pydantic's errors in plain words; `keys` are those of the table that it was found in, with what each is for."""
    return InitErrorDetails(type=plain_error(_words(error, keys)), loc=error["loc"], input=None)


def _words(error: ErrorDetails, keys: Mapping[str, str]) -> str:
    kind, found, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "plain":
        return str(context["text"])
    if kind == "extra_forbidden":
        key = str(error["loc"][-1])
        return f"unknown key `{key}`{nearest(key, keys)}"
    if kind == "missing":
        meaning = keys.get(str(error["loc"][-1]))
        return f"is required: {meaning}" if meaning else "is required"
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return f"expected {context['expected'].replace(chr(39), chr(34))}, got {shown(found)}"
    expected = _STRUCTURES.get(kind)
    if expected is not None:
        return f"expected {expected}, got {_sort(found)}"
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}, got {_sort(found)}"


_STRUCTURES = {
    "model_type": "a table",
    "dict_type": "a table",
    "tuple_type": 'a list such as ["one", "two"]',
    "list_type": 'a list such as ["one", "two"]',
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
}


def _sort(value: object) -> str:
    """What sort of thing a value is, where showing it might show a secret."""
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a text", int: "a number", float: "a number", dict: "a table", list: "a list", tuple: "a list"}
    return names.get(type(value), "a date" if isinstance(value, date | time) else type(value).__name__)
