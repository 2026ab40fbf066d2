"""Tools for people who work on the suite: set-up, sandbox, demo, benches."""
