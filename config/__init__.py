"""The admin's TOML file: its schema, its loading, its secrets, and applying a changed one."""
