"""Faults: one small file each, registered under the dotted name of its module.

``card.pull`` lives in ``faults/card/pull.py``. The contract is docs/creating-faults.md.
"""

from onshi.faults.base import Fault, FaultRun, fault
from onshi.faults.board import FaultBoard
from onshi.faults.registry import fault_names, find_fault, make_fault

__all__ = [
    "Fault",
    "FaultBoard",
    "FaultRun",
    "fault",
    "fault_names",
    "find_fault",
    "make_fault",
]
