"""What the clocks come to for people: figures, tables, pages, letters, evidence. Reads the store; changes no case."""
