# Each target does its own set-up; the second run takes seconds.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test check bench mutants soak docs clean

setup: .venv/.dev

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.demo: pyproject.toml | .venv/bin/python
	@.ci/packages demo
	$(BIN)/pip install -q --no-compile -e ".[pcsc,time]"
	@touch $@

.venv/.dev: pyproject.toml | .venv/bin/python
	@.ci/packages test
	$(BIN)/pip install -q --no-compile -e ".[dev]"
	$(BIN)/pip install -q --no-compile --no-deps --upgrade --target .venv/beside pytest-profiling gprof2dot six
	-$(BIN)/python tests/node_addon.py
	-$(BIN)/python tests/pcsclite_newer.py
	@touch $@ .venv/.demo

demo: .venv/.demo
	$(BIN)/onshi demo

# Three workers on two processors: much of it is waiting for other programs.
test: .venv/.dev check
	$(BIN)/pytest -q -m "not soak" -n 3 --dist loadfile

check: .venv/.dev
	$(BIN)/ruff check harness tests examples
	$(BIN)/ruff format --check -q harness tests examples
	$(BIN)/mypy
	$(BIN)/lint-imports

# What the WebAPI door is compared with has no business in the environment of the tests.
.venv/.bench: pyproject.toml | .venv/.dev
	@.ci/packages bench
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/pip install -q "aiohttp>=3.9" "pytest-httpserver>=1.1"
	@touch $@

bench: .venv/.dev .venv/.bench
	$(BIN)/python tests/bench/run.py

# Every naive behaviour and every legitimate product against the catalogue (docs/mutants.md).
mutants: .venv/.dev
	PYTHONPATH=examples/naive:examples/reference $(BIN)/python tests/mutants/mutants_run.py

# Schemathesis has a pytest plugin of its own, so it lives beside: it would slow every test run.
.venv/.soak: pyproject.toml | .venv/.dev
	$(PYTHON) -m venv .venv/schemathesis
	.venv/schemathesis/bin/pip install -q "schemathesis>=4"
	@touch $@

soak: .venv/.dev .venv/.soak
	$(BIN)/pytest -q -m soak

docs: .venv/.dev
	$(BIN)/pytest -q tests/docs

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache
