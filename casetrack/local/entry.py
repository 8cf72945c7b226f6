"""Where manage.py begins: find or start the servers that a command needs, run it, stop what was started."""

import os
import signal
import sys
from typing import Any

from casetrack.lib.env import SettingError
from casetrack.local import embedded
from casetrack.local.keys import secrets_file, secrets_of

# Commands that need no database, and so start none.
WITHOUT_DATABASE = {
    "assess", "bench", "collectstatic", "compilemessages", "diffsettings", "help", "makemessages", "makemigrations",
    "spectacular", "startapp", "verify_summary", "version", "workflow_docs",
}  # fmt: skip
HELP = {"-h", "--help", "--version"}


def run(argv: list[str]) -> None:
    """Run a management command; a fault of the installation is one line and exit status 1."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        if argv[1:2] == ["up"] and not HELP.intersection(argv):
            from casetrack.local.up import main

            main()
        elif not needs_database(argv):
            _execute(argv)
        elif any(embedded.needed().values()):
            _with_servers(argv)
        else:
            _with_given_servers(argv)
    except SettingError as e:
        sys.exit(f"casetrack: {e}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def needs_database(argv: list[str]) -> bool:
    command, rest = (argv[1], argv[2:]) if len(argv) > 1 else ("help", [])
    if command.startswith("-") or HELP.intersection(rest):
        return False
    if command == "check":
        return any(word.startswith("--database") for word in rest)
    return command not in WITHOUT_DATABASE


def _execute(argv: list[str]) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)


def _with_given_servers(argv: list[str]) -> None:
    """The environment names both servers; `up` may have made the secrets."""
    folder = embedded.var_dir()
    if secrets_file(folder).exists():
        os.environ.update(secrets_of(folder))
    _execute(argv)


def _with_servers(argv: list[str]) -> None:
    folder, needed = embedded.var_dir(), embedded.needed()
    embedded.check_disk(folder)
    with embedded.joined_or_locked(folder) as joined:
        if joined is not None:
            of_another = set() if needed["database"] else embedded.WITH_DATABASE
            os.environ.update({k: v for k, v in joined.items() if k not in os.environ and k not in of_another})
            _execute(argv)
            return
        signal.signal(signal.SIGTERM, _end)
        servers, environment = embedded.start_embedded(folder, needed)
        os.environ.update(environment)
        try:
            if needed["database"] and argv[1] != "migrate":
                _execute([argv[0], "migrate", "--verbosity", "0"])
            _execute(argv)
        finally:
            embedded.stop_all(servers)


def _end(number: int, _frame: Any) -> None:
    sys.exit(128 + number)
