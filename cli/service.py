"""`service install`: the service under systemd."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.context import context


def add_to(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(no_args_is_help=True, help="The service under systemd.")
    group.callback()(group_help)
    group.command("install")(install)
    app.add_typer(group, name="service")


def group_help() -> None:
    """The service under systemd."""


def install(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be done.")] = False,
) -> int:
    """Make a systemd unit with few rights, its user and its folders. Starts nothing; safe to repeat. Warns of the file, and of
    secrets that it names, which the user cannot read.

    Example: sudo ventanilla service install --config /etc/ventanilla/ventanilla.toml
    """
    from config.check_secrets import secrets_of
    from daemon.service import Service
    from daemon.service import install as install_service

    run = context()
    secrets = (secret.file for _, secret in secrets_of(run.loaded.config, ()))
    said: list[str] = []
    say = said.append if run.as_json else typer.echo
    install_service(
        Service(
            config=run.config_path.resolve(),
            command=Path(sys.executable).with_name("ventanilla"),
            data_dir=run.loaded.config.service.data_dir.resolve(),
            reads=tuple(dict.fromkeys(file.resolve() for file in secrets if file is not None)),
        ),
        dry_run=dry_run,
        say=say,
    )
    if run.as_json:
        run.print_json({"dry_run": dry_run, "steps": said})
    return 0
