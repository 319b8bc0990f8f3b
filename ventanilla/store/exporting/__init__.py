"""Taking everything out: the store as objects, one after another, as of one moment."""
