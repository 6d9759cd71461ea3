"""Reports: one writer per file."""
