# make demo: install and analyse corpus/.  make test: install and run every check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SOURCES := xcase scripts tests

export HF_HUB_OFFLINE = 1
export TOKENIZERS_PARALLELISM = false

.PHONY: install demo test offline kills fuzz large licences licences-check audit train clean

install: $(VENV)/.installed

# torch first and alone: any other order brings several gigabytes of CUDA builds.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch==2.13.0
	$(PIP) --constraint constraints.txt --editable '.[dev,privacy]'
	$(BIN)/python scripts/export_onnx.py
	touch $@

demo: install
	$(BIN)/xcase analyze corpus/ --out xcase-out

test: install
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/licences.py --check
	$(BIN)/pytest

# The whole suite where there is no network but the loopback, by which tests of servers and of
# clusters talk to themselves (Linux).
offline: install
	unshare --map-root-user --net sh -c 'ip link set lo up && exec $(BIN)/pytest'

kills: install
	$(BIN)/python scripts/kills.py --rounds 200 --out figures/kills.json

fuzz: install
	XCASE_FUZZ=20000 $(BIN)/pytest tests/test_fuzz.py

# The full numbers of the tests that take fewer by default.
large: install
	XCASE_LARGE=1 XCASE_SLOW=1 $(BIN)/pytest tests/test_large.py tests/test_patterns.py

licences: install
	$(BIN)/python scripts/licences.py

licences-check: install
	$(BIN)/python scripts/licences.py --check

# Needs the network: says NOT CHECKED and fails where the advisories cannot be asked.
audit: install
	$(PIP) pip-audit || echo "NOT CHECKED: pip-audit could not be installed"
	$(BIN)/python scripts/audit.py

train: install
	cd scripts && ../$(BIN)/python train_annotator.py large
	cd scripts && ../$(BIN)/python train_annotator.py deeper
	cd scripts && ../$(BIN)/python train_annotator.py small
	cd scripts && ../$(BIN)/python train_annotator.py further

clean:
	rm -rf $(VENV) xcase-out xcase-export build dist
