"""Single mistakes of a レセコン, by name: the reference clinic with one thing changed.

A behaviour with ``breaks`` is a mistake; one without is a legitimate product that does something
in another way. What each thought, and which rules it breaks: ``docs/mutants.md``.
"""

from behaviours.registry import Behaviour, at_work, behaviours, find_behaviour

__all__ = ["Behaviour", "at_work", "behaviours", "find_behaviour"]
