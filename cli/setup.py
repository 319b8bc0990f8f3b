"""`init`, `check`, `login`, `golive`, `service install`: from an empty folder to a channel that answers customers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import Context, context
from ventanilla.errors import BadInput, ConfigError, Problem, Temporary, Unreachable, VentanillaError
from ventanilla.words import STAFF_BOT

if TYPE_CHECKING:
    from config.load import Loaded
    from connectors.registry import Place
    from ventanilla.channel import Finding


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command()(init)
    app.command()(check)
    app.command()(login)
    app.command()(golive)


def init(
    language: Annotated[str, typer.Option(help="The language of the comments and texts: es or en.")] = "es",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> int:
    """Write a commented settings file: it observes, begins with new mail, keeps secrets in files.

    Example: ventanilla init --language en
    """
    from config.template import secret_file, template

    run = context()
    if language not in ("es", "en"):
        raise BadInput(f'--language: expected es or en, got "{language}"')
    if run.config_path.exists() and not force:
        raise BadInput(f"{run.config_path}: is there already; --force replaces it, --config FILE names another")
    run.config_path.parent.mkdir(parents=True, exist_ok=True)
    run.config_path.write_text(template(language), encoding="utf-8")
    secret = run.config_path.parent / secret_file(language)
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    next_steps = [
        f"fill in what is marked <- in {run.config_path}",
        f"put the mailbox password, alone, into {secret} (mode 0600)",
        "ventanilla check --connect",
        "ventanilla up",
    ]
    if run.as_json:
        run.print_json({"config": str(run.config_path), "next": next_steps})
    else:
        typer.echo(f"wrote {run.config_path}\n\nNext:")
        for number, step in enumerate(next_steps, start=1):
            typer.echo(f"  {number}. {step}")
    return 0


def check(
    connect: Annotated[
        bool, typer.Option("--connect", help="Log in to every channel, the store and the queue.")
    ] = False,
) -> int:
    """Name every problem of the file at once; with --connect say what works, what will happen and what cures the rest.

    Example: ventanilla check --connect
    """
    run = context()
    try:
        loaded = run.loaded
    except ConfigError as error:
        return _refused(run, error)
    findings = [(name, finding) for name, finding in _findings(run)] if connect else []
    kept = _retention(run)
    if run.as_json:
        run.print_json(
            {
                "ok": all(finding.ok for _, finding in findings),
                "problems": [],
                "warnings": [_problem(warning) for warning in loaded.warnings],
                "laws": [{"promise": name, "pack": told} for name, told in _laws(loaded)],
                "retention": kept,
                "findings": [
                    {
                        "channel": name,
                        "subject": finding.subject,
                        "ok": finding.ok,
                        "message": finding.message,
                        "cure": finding.cure,
                    }
                    for name, finding in findings
                ],
            }
        )
    else:
        for line in kept:
            typer.echo(line)
        _print_check(loaded, findings, run)
    return 0 if all(finding.ok for _, finding in findings) else 3


def login(channel: Annotated[str, typer.Argument(help="The channel's name in the file.")]) -> int:
    """Sign in to a mailbox with OAuth2 on a machine without a browser; the token is kept and renewed (0600).

    Example: ventanilla login soporte
    """
    from connectors.imap_email.channel import sign_in

    run = context()
    settings = run.loaded.config.channels.get(channel)
    if settings is None:
        raise BadInput(_unknown_channel(run, channel))
    for step in sign_in(settings, channel, run.loaded.config.service.data_dir / "tokens"):
        typer.echo(step, err=run.as_json)
    if run.as_json:
        run.print_json({"channel": channel, "signed_in": True})
    return 0


def golive(
    channel: Annotated[str, typer.Argument(help="The channel's name in the file.")],
    mode: Annotated[str, typer.Option(help="How far: live, internal, or observe to step back.")] = "live",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> int:
    """Show the exact texts that customers will get, ask, and set the channel's mode in the file.

    Example: ventanilla golive soporte
    """
    from cli.golive import preview, set_mode
    from ventanilla.words import Mode

    run = context()
    if channel not in run.loaded.config.channels:
        raise BadInput(_unknown_channel(run, channel))
    if mode not in list(Mode):
        raise BadInput(f'--mode: expected {", ".join(Mode)}, got "{mode}"')
    if not run.as_json:
        typer.echo(preview(run, channel, Mode(mode)))
    if not yes and not typer.confirm(f"Set channels.{channel}.mode to {mode}?", default=False, err=run.as_json):
        typer.echo("nothing was changed", err=run.as_json)
        return 0
    told = set_mode(run, channel, Mode(mode))
    if run.as_json:
        run.print_json({"channel": channel, "mode": mode, "told_service": told})
    else:
        typer.echo(f"channel {channel} is {mode} now" + ("; the service is told" if told else "; no service runs here"))
    return 0


def _findings(run: Context) -> Iterator[tuple[str, Finding]]:
    from connectors.registry import kind

    yield from (("store", one) for one in _check_store(run))
    yield from (("queue", one) for one in _check_queue(run))
    yield from (("web", one) for one in _check_web(run))
    for place in _places(run):
        settings = run.loaded.config.channels[place.name]
        yield from ((place.name, one) for one in kind(settings.kind).check(settings, place))
    yield from ((STAFF_BOT, one) for one in _check_staff_bot(run))


def _check_staff_bot(run: Context) -> Iterator[Finding]:
    """Whether the bot answers, and whom of those it is meant for it cannot reach."""
    if run.loaded.config.staff.telegram is None:
        return
    from cli.linked import telegram_states, unreachable
    from connectors.telegram_chat.channel import staff_check
    from router.house import House
    from ventanilla.store.installation import Installation

    yield from staff_check(run.loaded.config)
    house = House(config=run.loaded.config, version=0, installation=Installation(instance="", signing_key=b""))
    try:
        with run.store.read() as connection:
            states = telegram_states(connection, run.loaded.config, now=run.now())
            found = list(unreachable(connection, house, states, now=run.now()))
    except VentanillaError:  # the store says for itself what is wrong with it
        return
    yield from found


def _retention(run: Context) -> list[str]:
    """What the terms mean, and how many cases that is in the store, if there is one."""
    from cli.retention import in_words, outlook
    from router.retention.terms import terms_of

    try:
        return outlook(run)
    except VentanillaError:  # no store yet, or out of reach: --connect says so
        terms = terms_of(run.loaded.config.retention)
        return in_words(terms) if terms.any else []


def _places(run: Context) -> Iterator[Place]:
    """Each channel as `up` would find it, whether or not it has been configured before; the store may be out of reach."""
    from connectors.registry import Place
    from ventanilla.store.channels import channel_row
    from ventanilla.store.installation import Installation

    for name in run.loaded.config.channels:
        since = run.now()
        try:
            with run.store.read() as connection:
                row = channel_row(connection, name)
            since = row.since if row is not None else since
        except VentanillaError:
            pass
        yield Place(
            name=name, config=run.loaded.config, installation=Installation(instance="", signing_key=b""), since=since
        )


def _check_store(run: Context) -> Iterator[Finding]:
    from config.opening import open_configured_store
    from ventanilla.channel import Finding
    from ventanilla.store.blobs_folder import look_at_blobs_folder
    from ventanilla.store.migrate import current_revision
    from ventanilla.store.revision import newest_revision

    url = run.loaded.config.store_url()
    shown = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    path = Path(url.removeprefix("sqlite:///"))
    if shown == "SQLite" and not path.exists():
        yield Finding(subject="store", ok=True, message=f"SQLite: {path} will be made by `up`")
        return
    apart = None
    try:
        store = open_configured_store(run.loaded.config)
        with store.read() as connection:
            revision = current_revision(connection)
        if revision == newest_revision():
            apart = look_at_blobs_folder(store)
        store.close()
    except (Temporary, Unreachable) as error:
        yield Finding(
            subject="store", ok=False, message=str(error), cure="check store.url, the server and its password"
        )
    else:
        state = f"schema {revision}" if revision else "empty; `up` makes the tables"
        yield Finding(subject="store", ok=True, message=f"{shown}: {state}")
    if apart is not None:
        yield Finding(subject="files' folder", ok=False, message=apart.problem, cure=apart.cure)


def _check_queue(run: Context) -> Iterator[Finding]:
    from ventanilla.channel import Finding

    url = run.loaded.config.queue_url()
    if url is None:
        from daemon.embedded_queue import find_server

        try:
            server = find_server()
        except VentanillaError as error:
            cure = "install valkey-server or redis-server, or set queue.url"
            yield Finding(subject="queue", ok=False, message=str(error), cure=cure)
        else:
            yield Finding(subject="queue", ok=True, message=f"embedded: {server.name} is started by `up`")
        return
    from ventanilla.queue import describe_queue

    try:
        found = describe_queue(url)
    except VentanillaError as error:
        cure = "check queue.url; the service goes on without it, more slowly"
        yield Finding(subject="queue", ok=False, message=str(error), cure=cure)
    else:
        yield Finding(subject="queue", ok=True, message=found)


def _check_web(run: Context) -> Iterator[Finding]:
    """Whether the web process could listen; nothing where no web process is needed."""
    from cli.desk import is_needed, is_wanted

    config = run.loaded.config
    if not is_needed(config) and not is_wanted(config):
        return
    from daemon.lock import holder
    from desk.listening import listen
    from ventanilla.channel import Finding

    address = config.web.listen
    if holder(config.service.data_dir) is not None:
        yield Finding(subject="web", ok=True, message=f"{address} is the running service's")
        return
    try:
        listen(address).close()
    except Unreachable as error:
        yield Finding(subject="web", ok=False, message=str(error))
    else:
        yield Finding(subject="web", ok=True, message=f"{address} is free for `up` to listen on")


def _print_check(loaded: Loaded, findings: list[tuple[str, Finding]], run: Context) -> None:
    from cli.printing import plural, say

    for warning in loaded.warnings:
        typer.echo(f"warning: {warning}")
    for name, finding in findings:  # it may quote what a server said
        say(f"{'ok ' if finding.ok else 'BAD'} {name}: {finding.subject}: {finding.message}")
        if finding.cure:
            say(f"    cure: {finding.cure}")
    config = loaded.config
    if not findings:
        counts = ", ".join(
            plural(len(there), noun)
            for there, noun in ((config.channels, "channel"), (config.teams, "team"), (config.agents, "agent"))
        )
        for name, told in _laws(loaded):
            typer.echo(f"law: promise {name}: {told}")
        typer.echo(f"{run.config_path}: fine ({counts}); --connect tries it for real")


def _laws(loaded: Loaded) -> list[tuple[str, str]]:
    """Each promise that comes from the law: which pack, its source, when that was reviewed."""
    from config.check_law import pack_of, summary

    found = ((name, pack_of(promise)) for name, promise in loaded.config.promises.items())
    return [(name, summary(law)) for name, law in found if law is not None]


def _refused(run: Context, error: ConfigError) -> int:
    if run.as_json:
        problems = [_problem(problem) for problem in error.problems]
        run.print_json({"ok": False, "problems": problems, "warnings": [], "laws": [], "retention": [], "findings": []})
    else:
        typer.echo(str(error), err=True)
        count = len(error.problems)
        typer.echo(f"{count} problem{'s' if count != 1 else ''}; nothing was started", err=True)
    return 2


def _problem(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "key": problem.key, "message": problem.message}


def _unknown_channel(run: Context, name: str) -> str:
    known = ", ".join(run.loaded.config.channels) or "none"
    return f'{run.config_path}: there is no channel "{name}"; there are: {known}'
