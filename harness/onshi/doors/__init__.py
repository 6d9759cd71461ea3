"""Doors: the ways a program under test reaches a desk. They know engines, not the desk.

A door on a socket or a folder is kept for the process (its address is stable) and a desk is
attached to it through a :class:`Backstage`.
"""

from onshi.doors.backstage import Backstage

__all__ = ["Backstage"]
