# Two commands: `make run` and `make test`. Both begin with `make setup`, which is quick the second time.
# 3.12 and 3.11 first: Redis comes ready-made for them and is compiled on 3.13.
PYTHON := $(shell for p in python3.12 python3.11 python3.13 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python

.PHONY: setup run test check bench lock

setup:
	@sh casetrack/local/setup.sh "$(PYTHON)"

run: setup
	@exec $(PY) manage.py up

test: setup
	@$(PY) -m pytest -n 2 --dist worksteal

check: setup
	@sh casetrack/local/check.sh

bench: setup
	@$(PY) manage.py bench

lock:
	@$(PY) -m piptools compile --quiet --no-emit-index-url --no-emit-find-links --strip-extras -o requirements.txt requirements.in
	@$(PY) -m piptools compile --quiet --no-emit-index-url --no-emit-find-links --strip-extras -o requirements-dev.txt requirements-dev.in
