"""What the store holds, as the documents that commands print; reads only."""
