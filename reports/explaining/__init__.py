"""Why a case belongs to its owner, as a document that the command prints and the desk shows. Reads only."""
