from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Compiles a C program of ``programs`` once and gives its path."""
    folder = tmp_path_factory.mktemp("load")

    def build(name: str) -> str:
        binary = folder / name
        if not binary.exists():
            command = ["gcc", "-I/usr/include/PCSC", "-o", str(binary), str(PROGRAMS / f"{name}.c")]
            subprocess.run([*command, "-lpcsclite", "-lpthread"], check=True, timeout=60)
        return str(binary)

    return build
