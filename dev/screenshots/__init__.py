"""Pictures of every screen, taken from the demo: ``bin/screenshots``."""
