"""Catalogues: compiled without the gettext programs, and checked to be complete.

`python -m casetrack.local.catalogues` compiles; `--check` also extracts every message of the source anew (where gettext
is installed) and fails on a Japanese translation that is missing, empty or fuzzy.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "casetrack" / "locale"
PLACE = re.compile(r"%\([a-z_]+\)[sd]")


def compile_all() -> None:
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


def extracted() -> polib.POFile:
    """Every message of code and templates, as makemessages finds them in a copy of the tree."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for part in ("casetrack", "templates"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "locale", "*.mo"))
        (copy / "casetrack" / "locale").mkdir()
        environment = {
            **os.environ, "PYTHONPATH": str(copy), "DJANGO_SETTINGS_MODULE": "casetrack.settings", "SECRET_KEY": "x",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "--locale", "ja", "--no-location"],
            cwd=copy, capture_output=True, text=True, check=False, env=environment,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"makemessages failed: {done.stderr.strip().splitlines()[-1:]}")
        return polib.pofile(str(copy / "casetrack" / "locale" / "ja" / "LC_MESSAGES" / "django.po"))


def faults() -> list[str]:
    """What is wrong with the Japanese catalogue, a line each."""
    catalogue = polib.pofile(str(LOCALE / "ja" / "LC_MESSAGES" / "django.po"))
    found = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue if not entry.obsolete}
    lines = []
    if shutil.which("xgettext"):
        wanted = {(entry.msgctxt or "", entry.msgid) for entry in extracted()}
        lines += [f"missing: {key[1]!r}" for key in wanted - found.keys()]
        lines += [f"no longer used: {key[1]!r}" for key in found.keys() - wanted]
    else:
        print("gettext is not installed: missing translations are not looked for")
    for (_context, message), entry in found.items():
        if entry.fuzzy or not entry.translated():
            lines.append(f"not translated: {message!r}")
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        for text in texts:
            if set(PLACE.findall(text)) - set(PLACE.findall(message + entry.msgid_plural)):
                lines.append(f"unknown place in the translation of {message!r}")
    return sorted(lines)


def main() -> None:
    compile_all()
    if "--check" in sys.argv[1:]:
        lines = faults()
        if lines:
            sys.exit("\n".join([*lines, f"{len(lines)} faults in the Japanese catalogue"]))


if __name__ == "__main__":
    main()
