"""What is forgotten by its age: by which terms, what is due, doing it, and in whose name."""
