"""`up` and `reload`: the whole service in one process tree, and a changed file put in force."""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from cli.context import Context, context
from ventanilla.errors import BadInput

if TYPE_CHECKING:
    from config.schema import Config
    from daemon.child import Child

log = structlog.get_logger(__name__)

ROUTE_THREADS = 4
HUNG_AFTER = 60.0  # seconds without a sign of life before a process is started afresh


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(up)
    app.command()(reload)


def up(
    for_: Annotated[
        str | None, typer.Option("--for", help="Stop by itself after this long, such as 60s or 10m.")
    ] = None,
) -> int:
    """Run the whole service here: queue, connectors, routing, delivery, sweeper.

    SIGTERM or Ctrl-C ends it cleanly, SIGHUP reloads the file. A second `up` on the same data is refused.

    Example: ventanilla up --config shop.toml
    """
    from cli.applying import begin_with
    from cli.parts import load_parts
    from config.opening import open_configured_store
    from daemon.lock import DataLock
    from daemon.supervisor import Supervisor
    from ventanilla.logs import set_up_logs
    from ventanilla.store.migrate import revision_of, upgrade

    duration = _seconds(for_)
    now = context()
    loaded = now.loaded
    set_up_logs()
    for warning in loaded.warnings:
        typer.echo(f"warning: {warning}", err=True)
    with DataLock(loaded.config.service.data_dir):
        store = open_configured_store(loaded.config)
        before = revision_of(store)
        if (done := upgrade(store)) and before is not None:
            log.info("tables_upgraded", revisions=done, before=before)
        begin_with(store, loaded)
        store.close()
        children = children_of(loaded.config, now)
        load_parts()
        supervisor = Supervisor(
            children, data_dir=loaded.config.service.data_dir, on_reload=lambda: _reload_file(now, children)
        )
        return supervisor.run(duration=duration)


def reload(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what the changed file would do.")] = False,
) -> int:
    """Put a changed file in force: say what it does, then do it. Running clocks keep their policy.

    Example: ventanilla reload --dry-run
    """
    from cli.applying import apply_in
    from daemon.lock import holder

    run = context()
    loaded = run.loaded
    sentences = (*_changes(run), *_retention(run))
    with run.store.engine.connect().execution_options(begin="IMMEDIATE") as connection:
        transaction = connection.begin()
        applied = apply_in(connection, loaded, now=run.now())
        if dry_run:
            transaction.rollback()
        else:
            transaction.commit()
    pid = holder(loaded.config.service.data_dir)
    if not dry_run and pid is not None:
        os.kill(pid, signal.SIGHUP)
    result = {
        "dry_run": dry_run,
        "changes": list(sentences),
        "left": list(applied.left),
        "handed_over": applied.handed_over,
        "told_service": pid is not None and not dry_run,
    }
    if run.as_json:
        run.print_json(result)
        return 0
    for sentence in sentences or ("nothing would change" if dry_run else "nothing has changed",):
        typer.echo(sentence)
    for name in applied.left:
        typer.echo(f"agent {name} leaves; {applied.handed_over} open cases are handed over")
    if dry_run:
        typer.echo("(dry run: nothing was done)")
    else:
        typer.echo("in force" + (f"; the service (pid {pid}) is told" if pid else "; no service runs here"))
    return 0


def children_of(config: Config, run: Context) -> list[Child]:
    """The processes of one machine, in the order in which they start."""
    from cli.parts import part
    from daemon.child import Child
    from daemon.embedded_queue import EmbeddedQueue
    from ventanilla.processes import bare_environment

    children = []
    if config.queue_url() is None:
        queue = EmbeddedQueue.under(config.service.data_dir)
        queue.prepare()
        children.append(
            Child(
                name="queue",
                argv=queue.argv,
                env=bare_environment(),
                ready=queue.is_ready,
                after_exit=queue.after_exit,
                stage=2,
            )
        )
    stages = {"connect": 0, "route": 1, "deliver": 1, "sweep": 0}
    for name, stage in stages.items():
        children.append(part(name, _argv(run, name), stage=stage, hung_after=HUNG_AFTER))
    return [*children, *_desk(config, run)]


def _desk(config: Config, run: Context) -> list[Child]:
    """The web process, where something needs it: elsewhere nothing listens and no memory is spent."""
    from cli.desk import is_needed, is_wanted
    from cli.parts import part

    if not is_needed(config) and not is_wanted(config):
        return []
    return [part("desk", _argv(run, "desk"), stage=0, hung_after=HUNG_AFTER)]


def _argv(run: Context, command: str) -> list[str]:
    extra = ["--threads", str(ROUTE_THREADS)] if command == "route" else []
    return [sys.executable, "-P", "-m", "cli", "--config", str(run.config_path.resolve()), command, *extra]


def _reload_file(run: Context, children: list[Child]) -> list[Child]:
    """At SIGHUP: read the file again and apply it; a file that cannot be used changes nothing. Returns the children that
    there shall be: those of before, and the web process where the new file needs one."""
    from cli.applying import put_in_force
    from config.load import load_config
    from config.opening import open_configured_store

    loaded = load_config(run.config_path)
    store = open_configured_store(loaded.config)
    try:
        put_in_force(store, loaded)
    finally:
        store.close()
    return [child for child in children if child.name != "desk"] + _desk(loaded.config, run)


def _changes(run: Context) -> tuple[str, ...]:
    from config.compare import differences
    from ventanilla.store.installation import active_config

    with run.store.read() as connection:
        active = active_config(connection)
    if active is None:
        return ("this is the first file to be put in force",)
    return differences(active.content, run.loaded.config)


def _retention(run: Context) -> tuple[str, ...]:
    """What the new terms would forget, where they are others than those in force: nothing brings it back."""
    from cli.retention import outlook
    from ventanilla.store.installation import active_config

    with run.store.read() as connection:
        active = active_config(connection)
    before = {} if active is None else active.content.get("retention") or {}
    now = run.loaded.config.as_json()["retention"]
    return tuple(outlook(run)) if before != now else ()


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    from config.durations import parse_duration

    try:
        duration: timedelta = parse_duration(text)
    except ValueError as error:
        raise BadInput(f"--for: {error}") from None
    return duration.total_seconds()
