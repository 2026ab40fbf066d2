"""Bank lines with a truth that is kept apart from the database, and who finds it."""
