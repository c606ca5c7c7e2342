"""Repositories for tests: git itself, without whatever the machine has set for it."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

OLD = datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC)


def run(directory: Path, *arguments: str, at: datetime = OLD) -> str:
    """Call git as Ann, at some time, and return what it prints."""
    stamp = f"@{at.timestamp():.0f} +0000"
    names = {"NAME": "Ann", "EMAIL": "ann@a.example", "DATE": stamp}
    people = {f"GIT_{who}_{each}": names[each] for who in ("AUTHOR", "COMMITTER") for each in names}
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), **people}
    done = subprocess.run(  # noqa: S603
        ["git", *arguments], cwd=directory, env=environment, check=True, capture_output=True,  # noqa: S607
    )  # fmt: skip
    return done.stdout.decode()
