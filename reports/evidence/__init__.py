"""A case as proof: what the record says of it, readable by a stranger, with the originals and the means to check both."""
