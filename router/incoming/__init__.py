"""What came in: whether it opens a case or continues one, in which language, and what else it tells of its sender."""
