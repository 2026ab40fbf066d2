"""Measurements: ``bin/bench NAME`` prints a table and, last, one line of JSON."""
