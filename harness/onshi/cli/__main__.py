"""``python -m onshi.cli`` is the same as ``onshi``."""

from onshi.cli import main

main()
