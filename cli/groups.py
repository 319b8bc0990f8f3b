"""Which module of this folder brings which commands, in the order in which help lists them."""

from __future__ import annotations

GROUPS: dict[str, tuple[str, ...]] = {
    "cli.setup": ("init", "check", "login", "golive"),
    "cli.up": ("up", "reload"),
    "cli.processes": ("connect", "route", "deliver", "sweep"),
    "cli.desk": ("desk",),
    "cli.service": ("service",),
    "cli.status": ("status",),
    "cli.demo": ("demo",),
    "cli.cases": ("conversations", "show", "explain"),
    "cli.contacts": ("contacts", "contact"),
    "cli.erase": ("erase",),
    "cli.retention": ("retention",),
    "cli.moves.replies": ("reply", "needs-information", "undo"),
    "cli.moves.endings": ("resolve", "spam", "reopen", "wait"),
    "cli.moves.classifying": ("kind", "priority", "tag", "receipt"),
    "cli.moves.notes": ("note", "called", "collaborate"),
    "cli.moves.joining": ("merge", "unmerge", "split", "answered-in"),
    "cli.moves.beginning": ("write", "take"),
    "cli.moves.owner": ("transfer", "accept", "decline"),
    "cli.holds": ("hold", "unhold", "holds"),
    "cli.inbox": ("inbox", "replay", "release"),
    "cli.reconcile": ("reconcile",),
    "cli.outbox": ("outbox",),
    "cli.webhooks": ("webhooks",),
    "cli.people": ("agents", "away", "back"),
    "cli.digest": ("digest",),
    "cli.reports_sent": ("reports",),
    "cli.invite": ("invite",),
    "cli.notify_test": ("notify-test",),
    "cli.calendars": ("calendar",),
    "cli.packs": ("packs",),
    "cli.audit": ("audit", "seal"),
    "cli.recompute": ("recompute",),
    "cli.doctor": ("doctor",),
    "cli.parse": ("parse",),
    "cli.retro": ("retro",),
    "cli.erlang": ("staffing",),
    "cli.rules": ("rules",),
    "cli.evidence": ("evidence",),
    "cli.twilio": ("twilio",),
    "cli.storage": ("migrate", "backup", "restore"),
    "cli.export": ("export",),
    "cli.reporting": ("report",),
}
"""Modules that add commands to the command line, with the first word of each; each has `add_to(app)`.

A command loads its own module alone: describing every command's options takes longer than most commands do.
"""


def modules_for(command: str | None) -> tuple[str, ...]:
    """What must be loaded to run a command; all of them where it is none of ours, so that help and the nearest name are whole."""
    return tuple(module for module, commands in GROUPS.items() if command in commands) or tuple(GROUPS)
