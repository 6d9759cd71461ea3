"""The reference clinic's adapter, found by its path: its module is called ``adapter``, as ours."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

__all__ = ["Reference"]

_NAME = "reference_adapter"
_PATH = Path(__file__).parent.parent / "reference" / "adapter.py"


def _module() -> ModuleType:
    if _NAME not in sys.modules:
        if str(_PATH.parent) not in sys.path:
            sys.path.append(str(_PATH.parent))
        spec = importlib.util.spec_from_file_location(_NAME, _PATH)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[_NAME] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[_NAME]


Reference = _module().Reference
