# make demo: install and analyse corpus/.  make test: install and run every check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCES := xcase scripts tests

export HF_HUB_OFFLINE = 1
export TOKENIZERS_PARALLELISM = false

.PHONY: install demo test train clean

install: $(VENV)/.installed

# torch first and alone: any other order brings several gigabytes of CUDA builds.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0
	$(PIP) --constraint constraints.txt --editable '.[dev,privacy]'
	touch $@

demo: install
	$(BIN)/xcase analyze corpus/ --out xcase-out

test: install
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

train: install
	cd scripts && ../$(BIN)/python train_namer.py
	cd scripts && ../$(BIN)/python train_annotator.py

clean:
	rm -rf $(VENV) xcase-out build dist
