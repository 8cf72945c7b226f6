from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casetrack.copies.models import Copy
from casetrack.copies.services import ask_copy, give_copy, make_copy
from casetrack.people.models import User

MakeZip = Callable[[User], Path]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder of files for each test: what is swept away is its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def made_zip(tmp_path: Path) -> MakeZip:
    """Asks, makes and fetches; the ZIP's path."""

    def make(user: User) -> Path:
        copy = ask_copy(language=user.language, actor=user)
        assert make_copy(copy.pk)
        copy = Copy.objects.get(pk=copy.pk)
        path = tmp_path / f"{copy.key}.zip"
        path.write_bytes(b"".join(give_copy(copy, actor=user)))
        return path

    return make
