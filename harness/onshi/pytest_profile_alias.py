"""``--profile``, the short name of ``--onshi-profile``, in an entry point of its own.

pytest-profiling owns an option of the same name; registering ours beside it stops pytest at its
start, and the order of entry points is not ours. So this plugin steps aside when it is there.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any


def pytest_addoption(parser: Any, pluginmanager: Any) -> None:
    """Add ``--profile`` unless pytest-profiling is installed and not blocked.

    Looked for by its module: listing entry points costs 10 ms and more in each pytest run.
    """
    if find_spec("pytest_profiling") is not None and not pluginmanager.is_blocked("profiling"):
        return
    parser.getgroup("onshi").addoption(
        "--profile",
        action="append",
        dest="onshi_profile",
        metavar="NAME",
        help="alias of --onshi-profile",
    )
