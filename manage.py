#!/usr/bin/env python3
"""casetrack's command line. A command that needs a database joins or starts the embedded servers (casetrack.local)."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casetrack.settings")
    try:
        from casetrack.local.entry import run
    except ImportError as e:
        sys.exit(f"casetrack is not installed here: {e}. Run `make setup` and use .venv/bin/python manage.py")
    run(sys.argv)


if __name__ == "__main__":
    main()
