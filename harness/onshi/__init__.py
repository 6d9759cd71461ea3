"""pytest-onshi: stands in for the card reader and for the eligibility back end.

``onshi.Desk`` is one isolated world; everything else is reached through it. Names are imported
on first use, because this package is imported by every pytest run of an environment that has
it installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onshi.desk import Desk as Desk
    from onshi.errors import OnshiError as OnshiError
    from onshi.integration import Integration as Integration
    from onshi.visit import Chart as Chart
    from onshi.visit import Claim as Claim
    from onshi.visit import Document as Document
    from onshi.visit import Handling as Handling
    from onshi.visit import Returned as Returned
    from onshi.visit import Visit as Visit

__version__ = "0.1.0"

_LAZY = {
    "Desk": "onshi.desk",
    "OnshiError": "onshi.errors",
    "Chart": "onshi.visit",
    "Claim": "onshi.visit",
    "Document": "onshi.visit",
    "Handling": "onshi.visit",
    "Integration": "onshi.integration",
    "Returned": "onshi.visit",
    "Visit": "onshi.visit",
}
__all__ = [
    "Chart",
    "Claim",
    "Desk",
    "Document",
    "Handling",
    "Integration",
    "OnshiError",
    "Returned",
    "Visit",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'onshi' has no attribute {name!r}")
