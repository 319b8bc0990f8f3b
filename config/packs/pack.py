"""Knows the shape of one ready-made policy from the law: deadlines, duties, what is forbidden, and where each stands. No advice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.base import Settings
from config.values import Text
from ventanilla.words import Kind

NOT_ADVICE = "Not legal advice: have it read by whoever advises you on law."


class Duty(StrEnum):
    """What a law wants done."""

    KEY = "key"
    RECEIPT = "receipt"
    ANSWER = "reasoned_answer"
    BODIES = "extrajudicial_bodies"
    COMPLETE = "time_to_complete"
    SAME_WAY = "same_channel_and_language"
    TELL_LATE = "tell_before_late"
    TELL_EXTENSION = "tell_extension"
    COPY = "copy_to_customer"
    EVALUATE = "yearly_evaluation"
    IDENTITY = "identity"


class Forbidden(StrEnum):
    """What a law forbids."""

    NO_RECEIPT = "acknowledgement_off"
    CLOSING_BY_TIME = "closing_because_time_ran_out"
    EARLY_SURVEY = "survey_before_resolution"
    EXTENSION = "extension"
    AUTOMATIC_ANSWER = "automatic_text_as_answer"


class Said(Settings):
    """The same in Spanish and in English."""

    es: Text
    en: Text

    def in_language(self, language: str) -> str:
        """Spanish for any language of Spain, else English."""
        return self.es if language.partition("-")[0] in ("es", "ca", "gl", "eu") else self.en


class LawDeadline(Settings):
    """By when an answer is wanted: one of hours, calendar days, working days or months after the receipt.

    It holds for cases of these `kinds` (none named: of any) that have one of `tags` (none named: with any or without). One that
    stands `instead_of` others takes their place; the days of others count beside it. `until`: the answer that ended the case, or
    already the first. Without a `name` each kind is one of its own.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,30}$")] | None = None
    title: Said
    kinds: tuple[Kind, ...] = ()
    tags: tuple[Text, ...] = ()
    hours: Annotated[int, Field(ge=1, le=240)] | None = None
    calendar_days: Annotated[int, Field(ge=1, le=366)] | None = None
    working_days: Annotated[int, Field(ge=1, le=366)] | None = None
    months: Annotated[int, Field(ge=1, le=12)] | None = None
    instead_of_others: bool = False
    until: Literal["answer", "first_answer"] = "answer"
    source: Text

    @model_validator(mode="after")
    def _counts_once(self) -> Self:
        given = [one for one in (self.hours, self.calendar_days, self.working_days, self.months) if one is not None]
        if len(given) != 1:
            raise ValueError("expected exactly one of hours, calendar_days, working_days, months")
        if not self.kinds and self.name is None:
            raise ValueError("name: is required where no kinds are named")
        return self

    def holds(self, kind: Kind, tags: Iterable[str]) -> bool:
        """Whether such a case has this deadline. `tags` are folded (see `fold_tag`)."""
        return (not self.kinds or kind in self.kinds) and (
            not self.tags or not {fold_tag(tag) for tag in self.tags}.isdisjoint(tags)
        )

    def length(self) -> tuple[str, int]:
        """What it counts, and how many: ("working_days", 15)."""
        names = ("hours", "calendar_days", "working_days", "months")
        return next((name, count) for name in names if (count := getattr(self, name)) is not None)


class Article(Settings):
    """One duty, or one thing that is forbidden: what the law says in a sentence, and where. `days` where it sets working days,
    `years` where it has the complaints and claims that it is about kept so long."""

    says: Said
    source: Text
    days: Annotated[int, Field(ge=1, le=60)] | None = None
    years: Annotated[int, Field(ge=1, le=30)] | None = None


class RequiredArticle(Article):
    """What is wanted."""

    what: Duty


class ForbiddenArticle(Article):
    """What is forbidden."""

    what: Forbidden


class Pack(Settings):
    """One ready-made policy. `reviewed` is the day on which it was last compared with the law: with its text, or only with
    summaries of it (`read_in`). `adapt_by` is the last day that a law leaves to adapt, where it does. `country` is ISO 3166; none
    for a pack of several."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,40}$")]
    title: Said
    who: Said
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    source: Text
    url: Annotated[str, Field(pattern=r"^https://")] | None = None
    reviewed: date
    read_in: Literal["text", "summaries"] = "text"
    adapt_by: date | None = None
    notes: Said | None = None
    deadlines: Annotated[tuple[LawDeadline, ...], Field(min_length=1)]
    required: tuple[RequiredArticle, ...] = ()
    forbidden: tuple[ForbiddenArticle, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [name for one in self.deadlines for name in ([one.name] if one.name else map(str, one.kinds))]
        for what, found in (
            ("deadlines", names),
            ("required", [str(one.what) for one in self.required]),
            ("forbidden", [str(one.what) for one in self.forbidden]),
        ):
            twice = sorted({one for one in found if found.count(one) > 1})
            if twice:
                raise ValueError(f"{what}: twice: {', '.join(twice)}")
        return self

    def when_reviewed(self) -> str:
        """When it was compared, and with what, in a few words."""
        with_what = "" if self.read_in == "text" else ", with summaries and not with the law's text"
        return f"{self.reviewed.isoformat()}{with_what}"

    def requires(self, what: Duty) -> bool:
        """Whether the law wants that."""
        return any(one.what is what for one in self.required)

    def forbids(self, what: Forbidden) -> bool:
        """Whether the law forbids that."""
        return any(one.what is what for one in self.forbidden)

    def covers(self, kind: Kind, tags: Iterable[str]) -> bool:
        """Whether the pack sets a deadline for such a case."""
        folded = {fold_tag(tag) for tag in tags}
        return any(one.holds(kind, folded) for one in self.deadlines)

    def days_to_complete(self) -> int | None:
        """Working days that a customer has at least to send what is missing; None where the law names none."""
        return next((one.days for one in self.required if one.what is Duty.COMPLETE), None)

    def kept(self) -> tuple[int, str]:
        """For how many years complaints and claims are kept after they ended, and where that stands; (0, "") where it does not."""
        return max(((one.years, one.source) for one in self.required if one.years), default=(0, ""))

    def shortest(self) -> timedelta:
        """About the shortest time that it leaves, to sort by."""
        lengths = {"hours": timedelta(hours=1), "months": timedelta(days=30)}
        return min(
            lengths.get(name, timedelta(days=1)) * count for name, count in (one.length() for one in self.deadlines)
        )


def fold_tag(tag: str) -> str:
    """A tag as deadlines compare it: small letters, no accents, one sign between words."""
    import unicodedata

    plain = "".join(one for one in unicodedata.normalize("NFKD", tag.lower()) if not unicodedata.combining(one))
    return "-".join(plain.replace("_", " ").replace("-", " ").split())
