"""One isolated world: opens doors, owns clock, seed and journal."""

from __future__ import annotations


class Desk:
    """Placeholder of the spine's first commit; replaced in the next."""
