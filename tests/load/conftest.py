from __future__ import annotations

from collections.abc import Callable

import pytest

from load_clients import built_c


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Compiles a C program of ``programs`` once and gives its path."""
    folder = tmp_path_factory.mktemp("load")
    return lambda name: built_c(name, folder)
