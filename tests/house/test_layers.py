"""The layers of docs/architecture.md, as the import contract of pyproject.toml says them."""

from pathlib import Path

import pytest
from django.conf import settings
from importlinter.application import use_cases
from importlinter.configuration import configure


def test_every_app_imports_downwards_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(settings.BASE_DIR)
    configure()
    assert use_cases.lint_imports(config_filename="pyproject.toml", cache_dir=None), "run .venv/bin/lint-imports"


def test_every_app_is_in_the_contract() -> None:
    contract = (Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8")
    layers = contract[contract.index("layers = [") :].split("]")[0]
    for folder in (Path(settings.BASE_DIR) / "casetrack").iterdir():
        if (folder / "apps.py").exists():
            assert folder.name in layers
