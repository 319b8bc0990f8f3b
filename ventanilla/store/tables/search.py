"""What makes the words of messages and notes findable: FTS5 on SQLite, an index over `searchable` on PostgreSQL. Copies no text.

SQLite's index is an external-content table that triggers keep; its words stand in `messages` and `notes` alone. Both engines take
letters without accents and in lower case, break words at every other sign, and look at the first LONGEST characters.
"""

from __future__ import annotations

LONGEST = 200_000
FUNCTION = "searchable(text)"
"""The function of ours on PostgreSQL, by its name and what it takes."""
_COLUMNS = {
    "messages": ("subject", "from_name", "from_address", "text"),
    "notes": ("text",),
}
_ACCENTED = "áàâäãåéèêëíìîïóòôöõúùûüñçýÿ"
_PLAIN = "aaaaaaeeeeiiiiooooouuuuncyy"


def search_ddl(dialect: str) -> tuple[str, ...]:
    """The statements that make the indexes on this engine, and keep them."""
    if dialect == "postgresql":
        return (_function(), *(_gin(table) for table in _COLUMNS))
    return tuple(statement for table in _COLUMNS for statement in (_virtual(table), *_triggers(table)))


def document(table: str) -> str:
    """On PostgreSQL: what is indexed of a row, to be asked for in the very same words."""
    joined = " || ' ' || ".join(f"{table}.{column}" for column in _COLUMNS[table])
    return f"searchable({joined})"


def _function() -> str:
    """Signs that may stand inside of a word for PostgreSQL (an address, a path) part words here too."""
    signs = "@./\\:_-+&=#~"
    from_, to = _ACCENTED + signs, _PLAIN + " " * len(signs)
    words = f"translate(lower(left($1, {LONGEST})), '{from_}', '{to}')"
    return (
        f"CREATE FUNCTION {FUNCTION} RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS\n"
        f"$$ SELECT to_tsvector('simple'::regconfig, {words}) $$"
    )


def _gin(table: str) -> str:
    bare = document(table).replace(f"{table}.", "")
    return f"CREATE INDEX ix_{table}_search ON {table} USING gin (({bare}))"


def _virtual(table: str) -> str:
    columns = ", ".join(_COLUMNS[table])
    return (
        f"CREATE VIRTUAL TABLE {table}_search USING fts5({columns}, content='{table}', content_rowid='id', "
        "tokenize='unicode61 remove_diacritics 2')"
    )


def _triggers(table: str) -> tuple[str, ...]:
    columns = _COLUMNS[table]
    names = ", ".join(columns)
    # Names of ours alone stand in these statements.
    add = f"INSERT INTO {table}_search(rowid, {names}) VALUES (new.id, {_values('new', columns)})"  # noqa: S608
    taken = f"{table}_search({table}_search, rowid, {names})"
    drop = f"INSERT INTO {taken} VALUES ('delete', old.id, {_values('old', columns)})"  # noqa: S608
    return (
        f"CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} BEGIN {add}; END",
        f"CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} BEGIN {drop}; END",
        f"CREATE TRIGGER {table}_search_update AFTER UPDATE OF id, {names} ON {table} BEGIN {drop}; {add}; END",
    )


def _values(row: str, columns: tuple[str, ...]) -> str:
    """A text is cut where it is indexed and where it is taken out again, alike."""
    return ", ".join(f"substr({row}.{column}, 1, {LONGEST})" for column in columns)
