#!/bin/sh
# What needs no services: style, types, layers, migrations, catalogues, schema.
set -eu
python=.venv/bin/python
export SECRET_KEY=check DJANGO_SETTINGS_MODULE=casetrack.settings
$python -m ruff check .
$python -m ruff format --check --quiet .
$python -m mypy
.venv/bin/lint-imports --no-cache
$python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run >/dev/null
$python -m casetrack.local.catalogues --check
$python manage.py spectacular --validate --fail-on-warn --file /tmp/casetrack-openapi.$$.yaml
diff -u docs/openapi.yaml /tmp/casetrack-openapi.$$.yaml && rm /tmp/casetrack-openapi.$$.yaml
echo "make check: all well"
