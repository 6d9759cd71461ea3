"""``--profile``, the short name of ``--onshi-profile``, in an entry point of its own.

pytest-profiling owns an option of the same name; registering ours beside it stops pytest at its
start, and the order of entry points is not ours. So this plugin steps aside when it is there.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any


def pytest_addoption(parser: Any, pluginmanager: Any) -> None:
    """Add ``--profile`` unless pytest-profiling is installed and not blocked."""
    taken = any(e.name == "profiling" for e in entry_points(group="pytest11"))
    if taken and not pluginmanager.is_blocked("profiling"):
        return
    parser.getgroup("onshi").addoption(
        "--profile",
        action="append",
        dest="onshi_profile",
        metavar="NAME",
        help="alias of --onshi-profile",
    )
