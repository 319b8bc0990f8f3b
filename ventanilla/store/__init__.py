"""The truth: tables, migrations, and one module a noun. SQLite and PostgreSQL alike."""
