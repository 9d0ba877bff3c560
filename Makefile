# make page · make serve · make test · make build · make check · make ledger · make lock. Each sets up what it needs; README.md tells the same in plain commands.

# The first Python from 3.11 on.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
ADDRESS ?= 127.0.0.1:8000
export NO_MKDOCS_2_WARNING := 1
export PYTHONPATH := hooks

.PHONY: help page serve test build check ledger bench screenshots lock clean
.DEFAULT_GOAL := help

help:
	@echo "make page NAME=topics/x   a new page in both languages, with prompts that say what to write"
	@echo "make serve   the guide at http://$(ADDRESS)/, reloading as you write"
	@echo "make test    every test: golden cases, the strict build, a real browser"
	@echo "make build   the strict build, into site/"
	@echo "make check   only the checks of the text, sooner than a build"
	@echo "make ledger  records new pages and ids in docs/published.yml, before publishing"

serve: $(VENV)/.site
	@echo "http://$(ADDRESS)/ (中文)  http://$(ADDRESS)/en/ (English)"
	@SITE_URL=http://$(ADDRESS)/ $(BIN)/mkdocs serve --livereload --dev-addr $(ADDRESS)

build: $(VENV)/.site
	@$(BIN)/mkdocs build --strict

# CHANGED="docs/en/x.md …" runs the worked Python of these pages only.
check: $(VENV)/.site
	@$(BIN)/python -m guide check $(if $(CHANGED),--changed $(CHANGED))

# NAME and the titles reach the shell as variables, so that nothing in a title is read as a command.
page: export NAME := $(NAME)
page: export TITLE_ZH := $(TITLE_ZH)
page: export TITLE_EN := $(TITLE_EN)
page: $(VENV)/.site
	@$(BIN)/python -m guide page --zh "$$TITLE_ZH" --en "$$TITLE_EN" -- "$$NAME"

ledger: $(VENV)/.site
	@$(BIN)/python -m guide ledger

test: $(VENV)/.tests
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python tests/webserver.py
	@$(BIN)/ruff check hooks tests && $(BIN)/ruff format --check hooks tests && $(BIN)/mypy
	@$(BIN)/python -m pytest

bench: $(VENV)/.tests
	@$(BIN)/python tests/benchmark.py $(SIZES)
	@$(BIN)/mkdocs build --strict --quiet
	@$(BIN)/python tests/webserver.py site

# The two pictures of the README, from the site as it is.
screenshots: build $(VENV)/.tests
	@$(BIN)/python tests/screenshots.py

# Writes the two lock files anew from what the .in files name.
lock: $(VENV)/.site
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@for name in requirements tests/requirements; do $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
		--python-version 3.11 --no-emit-index-url --custom-compile-command "make lock" $$name.in --output-file $$name.txt || exit 1; done

clean:
	rm -rf $(VENV) site .site-new .site-old

# One line in each language that says what to do: no Python, one too old, no venv module, no network.
no_python_zh := 需要 Python 3.11 或更新版本：见 https://www.python.org/downloads/，或运行 make PYTHON=/path/to/python3
no_python_en := Python 3.11 or later is needed: see https://www.python.org/downloads/, or run make PYTHON=/path/to/python3
no_venv_zh := $(PYTHON) 没有 venv 模块：在 Debian 或 Ubuntu 上运行 sudo apt install python3-venv
no_venv_en := $(PYTHON) has no venv module: on Debian or Ubuntu, run sudo apt install python3-venv
no_network_zh := 安装失败：检查网络后重试；详情见 $(VENV)/install.log
no_network_en := Installing failed: check the network and run the command again; details are in $(VENV)/install.log
say = { printf '%s\n' "$($(1)_zh)" "$($(1)_en)" >&2; exit 1; }
install = $(BIN)/python -m pip install --disable-pip-version-check --retries 1 --require-hashes --requirement $(1) > $(VENV)/install.log 2>&1 || $(call say,no_network)

$(VENV)/.site: requirements.txt
	@"$(or $(PYTHON),false)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || $(call say,no_python)
	@test -x $(BIN)/pip || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV) > /dev/null 2>&1; } || { rm -rf $(VENV); $(call say,no_venv); }
	@echo "安装依赖…… / Installing what the site needs…"
	@$(call install,requirements.txt)
	@touch $@

$(VENV)/.tests: $(VENV)/.site tests/requirements.txt
	@echo "安装测试工具…… / Installing the test tools…"
	@$(call install,tests/requirements.txt)
	@touch $@
