"""A company's payments as a story: ``bin/demo``."""
