"""format=flowed (RFC 3676) put back into paragraphs. Knows nothing of quoting beyond its depth."""

from __future__ import annotations


def unflow(text: str, *, delete_space: bool) -> str:
    """Lines that end in a blank joined with the next of the same depth; `delete_space` is DelSp=yes. `-- ` stands alone."""
    paragraphs: list[str] = []
    open_depth = -1
    pieces: list[str] = []
    for line in text.split("\n"):
        depth, content = _depth(line)
        if pieces and (depth != open_depth or content == "-- "):
            paragraphs.append(_quoted(open_depth, pieces))
            pieces = []
        flows = content.endswith(" ") and content != "-- "
        pieces.append(content[:-1] if flows and delete_space else content)
        open_depth = depth
        if not flows:
            paragraphs.append(_quoted(depth, pieces))
            pieces = []
    if pieces:
        paragraphs.append(_quoted(open_depth, pieces))
    return "\n".join(paragraphs)


def _depth(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    return len(line) - len(content), content[1:] if content.startswith(" ") else content


def _quoted(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    return f"{'>' * depth} {text}" if depth > 0 else text
