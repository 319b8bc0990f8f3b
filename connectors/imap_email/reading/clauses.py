"""A structured header field taken apart at its semicolons (RFC 5322, 3.2): quoted strings, escapes, nested comments.

Knows no field's meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

QUOTED = "\0"
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Clause:
    """What stands between two semicolons. `mask` is as long as `text` and has QUOTED for each sign inside quotation marks (escapes
    resolved); a comment is one blank in both."""

    text: str
    mask: str
    comments: tuple[str, ...]


def read_clauses(value: str) -> tuple[list[Clause], bool]:
    """Every clause, at least one, and whether the field can be read in one way only.

    It cannot where a quotation mark or a parenthesis has no partner, where a comment ends inside a word, or where a quoted string
    in a comment holds a parenthesis (to the standard that ends the comment, to who wrote it it did not).
    """
    reading = _Reading(value)
    while reading.at < len(value):
        reading.step()
    reading.close()
    return reading.clauses, reading.is_sound


class _Reading:
    """One way through the field, from left to right."""

    def __init__(self, value: str) -> None:
        self.value = value
        self.at = 0
        self.is_sound = True
        self.clauses: list[Clause] = []
        self._text: list[str] = []
        self._mask: list[str] = []
        self._comments: list[str] = []

    def step(self) -> None:
        sign = self.value[self.at]
        if sign == ";":
            self.close()
            self.at += 1
        elif sign == '"':
            self._quoted()
        elif sign == "(":
            self._comment()
        else:
            self.is_sound = self.is_sound and sign != ")"
            self._add(sign, sign if sign != QUOTED else " ")
            self.at += 1

    def close(self) -> None:
        """The clause read so far is one."""
        self.clauses.append(Clause("".join(self._text), "".join(self._mask), tuple(self._comments)))
        self._text, self._mask, self._comments = [], [], []

    def _add(self, text: str, mask: str) -> None:
        self._text.append(text)
        self._mask.append(mask)

    def _quoted(self) -> None:
        inside, end = self._until_quote(self.at + 1)
        self._add(f'"{inside}"', f'"{QUOTED * len(inside)}"')
        self.at = end

    def _until_quote(self, at: int) -> tuple[str, int]:
        """What is quoted from here on, and where it goes on behind the closing mark."""
        inside: list[str] = []
        while at < len(self.value):
            sign = self.value[at]
            if sign == '"':
                return "".join(inside), at + 1
            at += sign == "\\"
            inside.append(self.value[at : at + 1])
            at += 1
        self.is_sound = False
        return "".join(inside), len(self.value)

    def _comment(self) -> None:
        start, depth, at = self.at, 0, self.at
        while at < len(self.value):
            sign = self.value[at]
            if sign == '"':
                quoted, at = self._until_quote(at + 1)
                self.is_sound = self.is_sound and not {"(", ")"} & set(quoted)
                continue
            depth += (sign == "(") - (sign == ")")
            at += 2 if sign == "\\" else 1
            if depth == 0:
                break
        self.at = min(at, len(self.value))
        follows = self.value[self.at : self.at + 1]
        self.is_sound = self.is_sound and depth == 0 and (not follows or follows in f"{_BLANK};(")
        self._comments.append(self.value[start : self.at])
        self._add(" ", " ")
