"""The documentation against the program: nothing undocumented, nothing documented that is not there, every example usable."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import tomlkit

from cli.groups import GROUPS
from cli.main import command_line
from config.durations import parse_duration
from config.load import load_config
from tests.docs.pages import ROOT, Block, Section, anchors, blocks, links, pages, sections, text_of
from tests.docs.settings import Setting, settings, written
from ventanilla.words import CaseState, DeliveryState, InboxState, Kind, Mode

_ROOMS = "ventanilla|store|config|connectors|router|reports|desk|daemon|cli|tests|deploy|tools"
_OURS = re.compile(rf"`((?:{_ROOMS})/[\w./@-]*(?:\.\w+|/))`")
CONFIGURATION = ROOT / "docs" / "configuration.md"
COMMANDS = ROOT / "docs" / "commands.md"
GLOBAL = {"--config", "--json", "--version", "--help", "-h"}
# Defaults that are not a value of their own: what fills them in is what the reader must know.
FILLED_IN = {
    "port": "by `security`",
    "security": "by `port`",
    "calendars.NAME.timezone": "the service's",
    "agents.NAME.name": "the key",
    "channels.NAME.kind": "required",
    "channels.NAME.acknowledge": "on",
    "channels.NAME.announce": "off",
    "channels.NAME.texts": "ours",
    "channels.NAME.voicemail": "on",
    "rules.when": "always",
}
TODAY = date(2026, 11, 20)


# Settings


def _section_of(setting: Setting) -> Section | None:
    for section in sections(CONFIGURATION):
        kinds = re.findall(r"kind `(\w+)`", section.title)
        if setting.table in section.named and kinds == ([setting.kind] if setting.kind else []):
            return section
    return None


@pytest.mark.parametrize("setting", settings(), ids=str)
def test_every_setting_has_its_row_with_its_default(setting: Setting) -> None:
    section = _section_of(setting)

    assert section is not None, f"docs/configuration.md: no section names `{setting.table}`"
    assert setting.key in section.rows, f"docs/configuration.md: `{setting}` has no row in its table"
    _check_default(setting, section.rows[setting.key])


def _check_default(setting: Setting, shown: str) -> None:
    field = setting.field
    filled_in = FILLED_IN.get(f"{setting.table}.{setting.key}") or FILLED_IN.get(
        setting.key if setting.table.endswith(("imap", "smtp")) else ""
    )
    if filled_in is not None:
        expected = filled_in
    elif field.is_required():
        expected = "required"
    else:
        default = field.get_default(call_default_factory=True, validated_data={})
        is_link = setting.key == "url" and setting.table in ("store", "queue", "blobs")
        expected = f'`"{default}"`' if is_link else written(default)
    assert _same(shown, expected), f"docs/configuration.md: `{setting}`: default {expected}, the page says {shown}"


def _same(shown: str, expected: str) -> bool:
    try:
        return parse_duration(shown.strip('`"')) == parse_duration(expected.strip('`"'))
    except ValueError:
        return shown == expected


def test_no_row_documents_a_setting_that_does_not_exist() -> None:
    known = {(one.table, one.kind, one.key) for one in settings()}
    tables = {table for table, _, _ in known}
    unknown = []
    for section in sections(CONFIGURATION):
        kind = next(iter(re.findall(r"kind `(\w+)`", section.title)), None)
        for table in set(section.named) & tables:
            unknown += [f"{table}.{key}" for key in section.rows if (table, kind, key) not in known]

    assert unknown == []


# Commands


@cache
def _commands() -> dict[str, Any]:
    """Every command by its words (`outbox release`), the frame itself as ""."""
    return dict(_walk(command_line(tuple(GROUPS)), ()))


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    yield " ".join(words), command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _walk(inner, (*words, name))


def _options(command: Any) -> set[str]:
    return {name for each in command.params if each.param_type_name == "option" for name in each.opts}


def _arguments(command: Any) -> list[str]:
    return [each.name for each in command.params if each.param_type_name == "argument"]


def _is_mere_group(command: Any) -> bool:
    alone = getattr(command, "invoke_without_command", False)
    return bool(getattr(command, "commands", {})) and not command.params and not alone


RUNNABLE = [name for name, command in _commands().items() if name and not _is_mere_group(command)]


@pytest.mark.parametrize("name", RUNNABLE)
def test_every_command_has_its_section_with_every_option_an_example_and_what_json_prints(name: str) -> None:
    section = next((one for one in sections(COMMANDS) if one.named == [name]), None)
    command = _commands()[name]

    assert section is not None, f"docs/commands.md: no heading `{name}`"
    missing = [one for one in _options(command) if not re.search(rf"(?<![\w-]){one}(?![\w-])", section.text)]
    assert missing == [], f"docs/commands.md: {name}: options that are not named"
    used = [words for words in _invocations(section.text) if _command_of(words)[0] == name]
    assert used, f"docs/commands.md: {name}: no example"
    assert "`--json`" in section.text, f"docs/commands.md: {name}: not said what --json prints"


def test_the_global_options_are_documented() -> None:
    text = text_of(COMMANDS)

    assert [option for option in _options(_commands()[""]) if f"`{option}" not in text] == []


def test_every_section_of_the_commands_page_is_of_a_command_that_exists() -> None:
    named = [one.named[0] for one in sections(COMMANDS) if len(one.named) == 1 and one.title == f"`{one.named[0]}`"]

    assert [name for name in named if name not in _commands()] == []


# Words


@pytest.mark.parametrize("words", [Mode, InboxState, CaseState, DeliveryState, Kind], ids=lambda words: words.__name__)
def test_the_glossary_has_every_state(words: type[StrEnum]) -> None:
    text = text_of(ROOT / "docs" / "glossary.md")

    assert [str(word) for word in words if not re.search(rf"\b{word}\b", text)] == []


# Examples


@pytest.mark.parametrize("block", blocks("sh", "shell", "bash", "console"), ids=str)
def test_shell_blocks_name_only_commands_and_options_that_exist(block: Block) -> None:
    for words in _invocations(block.text):
        name, rest = _command_of(words)
        command = _commands()[name]
        options = [word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)]
        unknown = [option for option in options if option not in _options(command) | GLOBAL]
        assert unknown == [], f"{block}: {' '.join(words)}"
        if not _is_mere_group(command):
            assert not _misses_arguments(command, rest), f"{block}: {' '.join(words)}: an argument is missing"
        assert not (_is_mere_group(command) and rest), f"{block}: {' '.join(words)}: no such command"
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for line in block.text.splitlines():
        if line.startswith("make "):
            assert line.split()[1] in targets, f"{block}: {line}"


def _misses_arguments(command: Any, rest: list[str]) -> bool:
    needed = sum(1 for each in command.params if each.param_type_name == "argument" and each.required)
    return sum(1 for word in rest if not word.startswith("-")) < needed


def _invocations(text: str) -> Iterator[list[str]]:
    """The words behind `ventanilla` of each line of shell that calls it, inside blocks and of a block's own text."""
    for line in text.splitlines():
        found = re.match(r"\s*(?:\$ )?(?:sudo (?:-u \w+ )?)?(?:\.venv/bin/)?ventanilla(?: +(.*))?$", line)
        if found:
            yield shlex.split(found[1] or "", comments=True)


def _command_of(words: list[str]) -> tuple[str, list[str]]:
    """The command that the words name, and what is left of them. Global options may stand before it."""
    rest = list(words)
    while rest and rest[0] in ("--config", "--json"):
        del rest[: 2 if rest[0] == "--config" else 1]
    name = ""
    while rest and f"{name} {rest[0]}".strip() in _commands():
        name = f"{name} {rest.pop(0)}".strip()
    assert name or not rest or rest[0].startswith("-"), f"there is no command `{' '.join(words)}`"
    return name, rest


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml_blocks_load(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block marked `toml fragment` is added to the whole file of docs/configuration.md; any other stands by itself."""
    assert set(block.info) <= {"toml", "fragment"}
    table: dict[str, Any] = tomlkit.parse(block.text).unwrap()
    if "fragment" in block.info:
        table = _merged(tomlkit.parse(_whole_file().text).unwrap(), table)
    for secret in _secrets(table):
        _make_secret(secret, tmp_path, monkeypatch)
    path = tmp_path / "ventanilla.toml"
    path.write_text(tomlkit.dumps(table), encoding="utf-8")

    loaded = load_config(path, today=TODAY)

    if "fragment" not in block.info:
        assert loaded.warnings == ()


def _whole_file() -> Block:
    return next(one for one in blocks("toml") if one.page == CONFIGURATION and "fragment" not in one.info)


def _merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(base[key], value) for key, value in more.items() if _are_tables(base.get(key), value)}
    return base | more | both


def _are_tables(one: object, other: object) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def _secrets(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("file") or value.get("env"), str):
            yield value
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)


def _make_secret(secret: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "env" in secret:
        monkeypatch.setenv(secret["env"], "s3cret")
        return
    path = folder / secret["file"].lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    signing = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # what an outbound webhook is signed with has a form of its own
    path.write_text(signing if "crm" in path.name else "s3cret", encoding="utf-8")
    path.chmod(0o600)
    secret["file"] = str(path)


# Links


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = [link for link in links(page) if not re.match(r"[a-z]+:", link) and not _leads_somewhere(page, link)]

    assert broken == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = unquote(link).partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists():
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_of_ours_that_a_page_names_is_there(page: Path) -> None:
    gone = {name for name in _OURS.findall(page.read_text(encoding="utf-8")) if not _is_there(name)}

    assert gone == set()


def _is_there(name: str) -> bool:
    """A room's files may be named without the first room: `store/engine.py`."""
    return "NAME" in name or "NNNN" in name or any((place / name).exists() for place in (ROOT, ROOT / "ventanilla"))


def test_every_page_is_reached_from_the_map() -> None:
    index = ROOT / "docs" / "index.md"
    mapped = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}

    assert [
        str(page.relative_to(ROOT)) for page in pages() if page.parent != ROOT and page not in mapped | {index}
    ] == []
