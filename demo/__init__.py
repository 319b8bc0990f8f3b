"""A small town of scripted customers on servers of its own, for `ventanilla demo`."""
