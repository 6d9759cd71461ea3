"""The reference clinic is a program of its own: importable as it is when it runs."""

from __future__ import annotations

import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
sys.path.append(str(EXAMPLES / "reference"))
