"""What the commands for moves print of a case after a move: one JSON object, or a line for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.context import Context

if TYPE_CHECKING:
    from router.moves.outcome import Moved


def tell(run: Context, moved: Moved, line: str, **more: Any) -> int:
    """Print how the case stands; `line` for people, unless it was so already. `more` goes into the JSON. Returns the exit code."""
    if run.as_json:
        from router.moves.documents import moved_document

        run.print_json(moved_document(moved) | more)
        return 0
    from cli.printing import say

    if moved.changed:
        say(line)
    else:
        say(f"{moved.key} was so already: {moved.state.replace('_', ' ')}, {moved.owner}'s")
    return 0
