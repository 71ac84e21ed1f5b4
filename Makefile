PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check-install lint slow bench docs notebooks clean

# the installed package; remade when its declaration changes
$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,sdpa]' || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

$(VENV)/linted: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[lint]'
	touch $@

$(VENV)/documented: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	touch $@

run: $(VENV)/installed
	$(BIN)/python -m paper_figs tree_level --output out

test: $(VENV)/tested
	$(BIN)/python -m pytest -m "not slow" --numprocesses 2 --dist loadfile

slow: $(VENV)/tested
	$(BIN)/python -m pytest -m slow

bench: $(VENV)/tested
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only --benchmark-columns=min,median,max,rounds

# the wheel and the sdist in clean environments, with the lowest and the newest versions
check-install: $(VENV)/installed
	$(BIN)/python tests/installed/check.py

lint: $(VENV)/linted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/documented
	$(BIN)/mkdocs build --strict --quiet

notebooks: $(VENV)/documented
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[jupyter]'
	$(BIN)/python -m examples.render

clean:
	rm -rf $(VENV) out build dist
