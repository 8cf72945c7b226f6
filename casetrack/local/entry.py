"""Where manage.py begins: find or start the servers that a command needs, run it, stop what was started."""

import os
import sys

from casetrack.lib.env import SettingError
from casetrack.local import embedded

# Commands that need no database, and so start none.
WITHOUT_DATABASE = {
    "assess", "check", "collectstatic", "compilemessages", "diffsettings", "help", "makemessages", "makemigrations",
    "spectacular", "startapp", "verify_summary", "version", "--help", "-h", "--version", "workflow_docs",
}  # fmt: skip


def run(argv: list[str]) -> None:
    """Run a management command; a fault of the installation is one line and exit status 1."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command = argv[1] if len(argv) > 1 else "help"
    try:
        if command == "up":
            from casetrack.local.up import main

            main()
        elif command in WITHOUT_DATABASE or os.environ.get("DATABASE_URL"):
            _execute(argv)
        else:
            _with_database(argv, command)
    except SettingError as e:
        sys.exit(f"casetrack: {e}")


def _execute(argv: list[str]) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)


def _with_database(argv: list[str], command: str) -> None:
    folder = embedded.var_dir()
    joined = embedded.running(folder)
    if joined is not None:
        os.environ.update(joined)
        _execute(argv)
        return
    with embedded.lock(folder, wait_message="Waiting for another command that uses the embedded database."):
        servers, environment = embedded.start_embedded(folder, embedded.needed())
        os.environ.update(environment)
        try:
            if command != "migrate":
                _execute([argv[0], "migrate", "--verbosity", "0"])
            _execute(argv)
        finally:
            embedded.stop_all(servers)
