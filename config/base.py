"""Knows what every table of settings has in common: frozen, no unknown key, mistakes told in plain words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from config.plain import plain_details


class Settings(BaseModel):
    """A table of the TOML file. Attributes are the file's keys; a Python keyword gets a `_` behind (`from_`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    @classmethod
    def written_keys(cls) -> dict[str, str]:
        """The keys as the file writes them, each with what a message says when it is missing."""
        return {field.alias or name: field.description or "" for name, field in cls.model_fields.items()}

    @model_validator(mode="wrap")
    @classmethod
    def _in_plain_words(cls, value: Any, handler: Callable[[Any], Self]) -> Self:
        try:
            return handler(value)
        except ValidationError as error:
            details = [plain_details(each, cls.written_keys()) for each in error.errors(include_url=False)]
            raise ValidationError.from_exception_data(cls.__name__, details, hide_input=True) from None
