#!/usr/bin/env python3
"""casetrack's command line. A command that needs a database joins or starts the embedded servers (casetrack.local)."""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  (whoever runs an older one shall be told)
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"casetrack: Python 3.11 or later is needed, this is {version}: use .venv/bin/python")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casetrack.settings")
    try:
        from casetrack.local.entry import run
    except ImportError as e:
        sys.exit(f"casetrack is not installed here: {e}. Run `make setup` and use .venv/bin/python manage.py")
    run(sys.argv)


if __name__ == "__main__":
    main()
