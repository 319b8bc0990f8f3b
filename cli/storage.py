"""`migrate`, `backup`, `restore`: the store's schema, and a consistent copy of it and back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from ventanilla.store.engine import Store
    from ventanilla.store.restore import Restored

_TELL_EVERY = 2.0


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(migrate)
    app.command()(backup)
    app.command()(restore)


def migrate(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done to the tables.")] = False,
) -> int:
    """Bring the store's tables up to date, all or nothing, while the service runs. `up` does it too; a repeat does nothing.

    Two at once take turns. Processes of the older version notice within seconds, write nothing more, and wait to be started
    with the new one. Never backwards: a store that a newer version brought up to date is refused.

    Examples:

    ventanilla migrate --dry-run

    ventanilla backup && ventanilla migrate
    """
    from config.opening import has_store
    from ventanilla.store.migrate import all_steps, missing_steps, upgrade

    run = context()
    done: tuple[str, ...] = ()
    if dry_run and not has_store(run.loaded.config):  # SQLite would make an empty one of what is asked for
        steps = all_steps()
    else:
        store = _store(run)
        try:
            steps = missing_steps(store)
            if not dry_run:
                done = upgrade(store)
        finally:
            store.close()
    if run.as_json:
        missing = [{"revision": step.revision, "about": step.about} for step in steps]
        run.print_json({"dry_run": dry_run, "revisions": list(done), "missing": missing})
        return 0
    for step in steps:
        typer.echo(f"{step.revision}: {step.about}")
    if dry_run:
        typer.echo("(dry run: nothing was done)" if steps else "up to date")
    else:
        typer.echo(f"schema {done[-1]}" if done else "up to date")
    return 0


def backup(
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[PATH]",
            help="A new folder, or a new file ending in .tar. Default: data_dir/backups.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Copy the store as it stands at this moment, attachments included, while the service goes on.

    It holds what customers wrote and our signing key: keep it as safe as the mailbox. Settings, secrets and tokens are not
    in it. Exit 1 when an attachment is missing or damaged here; all else is copied.

    Example: ventanilla backup /backups/ventanilla-monday.tar
    """
    from ventanilla import __version__
    from ventanilla.store.backup import write_backup

    run = context()
    now = run.now()
    target = target or run.glimpsed.config.service.data_dir / "backups" / f"ventanilla-{now:%Y%m%d-%H%M%S}.tar"
    made = write_backup(run.store, target, now=now, version=__version__, progress=_progress())
    if run.as_json:
        run.print_json(
            {"path": str(target), "made_at": now, "rows": made.rows, "blobs": made.blobs, "damaged": list(made.damaged)}
        )
    else:
        typer.echo(f"{target}: {made.rows:,} rows, {made.blobs:,} attachments and large originals")
        _tell_damaged(made.damaged, "missing or damaged in this store; `ventanilla audit --blobs` says more")
    return 1 if made.damaged else 0


def restore(
    source: Annotated[Path, typer.Argument(metavar="PATH", help="What `backup` wrote: a folder or a .tar.")],
    force: Annotated[
        bool, typer.Option("--force", help="Set a store that is not empty aside first. Nothing is deleted.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Fill an empty store from a back-up. Nothing that may have gone out since is sent again; every channel only observes.

    The back-up is verified whole before anything is changed. The service must not run.

    Example: ventanilla restore /backups/ventanilla-monday.tar
    """
    from daemon.lock import DataLock
    from ventanilla.store.erasing.remembering import back_again
    from ventanilla.store.restore import restore_backup

    run = context()
    with DataLock(run.loaded.config.service.data_dir):
        store = _store(run)
        try:
            aside = _label_if_agreed(run, store, force=force, yes=yes)
            restored = restore_backup(store, source, now=run.now(), progress=_progress(), aside=aside)
            with store.read() as connection:
                erased = back_again(run.loaded.config.service.data_dir, connection)
        finally:
            store.close()
    if run.as_json:
        steps = _next_steps(run, restored, erased)
        run.print_json({**_as_document(restored), "erased_before": erased, "next": steps})
    else:
        _tell(run, restored, erased)
    return 1 if restored.damaged else 0


def _label_if_agreed(run: Context, store: Store, *, force: bool, yes: bool) -> str | None:
    """Under which name to set aside what is there, None when there is nothing. Raises BadInput unless forced and agreed to."""
    from ventanilla.store.aside import holds_something, refuse_while_in_use

    if not holds_something(store):
        return None
    refuse_while_in_use(store, now=run.now())
    shown = store.engine.url.render_as_string(hide_password=True)
    if not force:
        raise BadInput(f"{shown} is not empty: restore into a new store, or use --force, which sets this one aside")
    if not yes:
        typer.confirm(f"{shown} holds data. Set it aside (nothing is deleted) and restore?", abort=True, err=True)
    return f"before-restore-{run.now():%Y%m%d-%H%M%S}"


def _as_document(restored: Restored) -> dict[str, object]:
    return {
        "made_at": restored.made_at,
        "rows": restored.rows,
        "blobs": restored.blobs,
        "unsent": restored.unsent,
        "damaged": list(restored.damaged),
        "set_aside": restored.aside,
    }


def _tell(run: Context, restored: Restored, erased: list[int]) -> None:
    made_at = restored.made_at.astimezone().strftime("%Y-%m-%d %H:%M %Z")
    typer.echo(
        f"restored what stood at {made_at}: {restored.rows:,} rows, {restored.blobs:,} attachments and originals"
    )
    if restored.aside:
        typer.echo(f"what was there before: {restored.aside}")
    _tell_damaged(restored.damaged, "were missing or damaged when the back-up was made")
    typer.echo("\nEvery channel only observes: nothing is sent to anybody until you say so.\n\nNext:")
    for number, step in enumerate(_next_steps(run, restored, erased), start=1):
        typer.echo(f"  {number}. {step}")


def _next_steps(run: Context, restored: Restored, erased: list[int]) -> list[str]:
    from ventanilla.words import Mode

    channels = run.loaded.config.channels
    tokens = [name for name, settings in channels.items() if getattr(settings, "oauth2", None) is not None]
    steps = [
        f"ventanilla login {name}   (tokens are not in a back-up; not needed if this machine still has them)"
        for name in tokens
    ]
    steps += [
        f"ventanilla erase {contact} --yes{more}   (was erased, and the back-up brought them back)"
        for contact, more in _how_erased(run, erased)
    ]
    steps.append("ventanilla up   (takes in what has come since; wait until `ventanilla status` shows no backlog)")
    if restored.unsent:
        steps.append(
            f"ventanilla outbox --state unknown   ({restored.unsent:,} that may have gone out since: none is sent again)"
        )
    for name, settings in channels.items():
        if settings.mode is not Mode.OBSERVE:
            steps.append(f"ventanilla golive {name} --mode {settings.mode}")
    return steps


def _how_erased(run: Context, erased: list[int]) -> list[tuple[int, str]]:
    """Each with what is written behind it to do the same again."""
    from ventanilla.store.erasing.remembering import only_in_part

    if not erased:
        return []
    with run.store.read() as connection:
        in_part = only_in_part(run.loaded.config.service.data_dir, connection)
    return [(contact, " --except-held" if contact in in_part else "") for contact in erased]


def _tell_damaged(damaged: tuple[str, ...], what: str) -> None:
    if damaged:
        typer.echo(
            f"{len(damaged):,} attachments or originals {what}: {', '.join(damaged[:3])}{' …' if damaged[3:] else ''}"
        )


def _store(run: Context) -> Store:
    """The store whatever its schema, which `run.store` would refuse."""
    from config.opening import open_configured_store

    return open_configured_store(run.loaded.config)


def _progress() -> Callable[[str], None]:
    """Says what is being done on standard error, every two seconds at most, so that short work is silent."""
    last = [time.monotonic()]

    def tell(said: str) -> None:
        if time.monotonic() - last[0] >= _TELL_EVERY:
            last[0] = time.monotonic()
            typer.echo(f"… {said}", err=True)

    return tell
