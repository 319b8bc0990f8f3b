"""The `ventanilla` command; one file a group of commands."""
