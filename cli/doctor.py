"""`doctor`: whether this installation is sound, a line each: versions, names, clock, disk, permissions, queue server, schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from cli.context import Context, context
from ventanilla.errors import VentanillaError

if TYPE_CHECKING:
    from ventanilla.channel import Finding


def add_to(app: typer.Typer) -> None:
    """Add this group's command."""
    app.command()(doctor)


def doctor() -> int:
    """Look the installation over, a line each, with the cure for what is wrong. Exit 1 if something is. Changes nothing.

    It works without a settings file; with one it also looks at its data folder, secrets, queue and store.

    Example: ventanilla doctor --json
    """
    run = context()
    findings = list(_findings(run))
    if run.as_json:
        run.print_json(
            [{"subject": each.subject, "ok": each.ok, "message": each.message, "cure": each.cure} for each in findings]
        )
    else:
        _print_findings(findings)
    return 0 if all(each.ok for each in findings) else 1


def _findings(run: Context) -> Iterator[Finding]:
    from cli.doctor_house import house_findings
    from cli.doctor_program import program_findings
    from ventanilla.channel import Finding

    yield from program_findings(now=run.now())
    if not run.config_path.is_file():
        message = f"{run.config_path} is not there: its data folder, secrets, queue and store were not looked at"
        yield Finding(subject="settings file", ok=True, message=f"{message} (`ventanilla init` writes one)")
        return
    try:
        config = run.glimpsed.config
    except VentanillaError as error:
        lines = str(error).splitlines()
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        yield Finding(
            subject="settings file",
            ok=False,
            message=f"{lines[0]}{more}",
            cure="`ventanilla check` names every problem",
        )
        return
    yield Finding(subject="settings file", ok=True, message=f"{run.config_path} can be used")
    yield from house_findings(config, now=run.now())


def _print_findings(findings: list[Finding]) -> None:
    from cli.printing import plural, say

    for each in findings:
        say(f"{'ok ' if each.ok else 'BAD'} {each.subject}: {each.message}")
        if each.cure:
            say(f"    cure: {each.cure}")
    wrong = sum(not each.ok for each in findings)
    say(f"\n{plural(len(findings), 'thing')} looked at, " + (f"{wrong} wrong" if wrong else "nothing wrong"))
