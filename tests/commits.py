"""A real git, for repositories that tests make: by whom and when is said, whoever runs them."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

OLD, NEW = datetime(2019, 3, 4, 5, 6, 7, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)


def run(directory: Path, *arguments: str, at: datetime = OLD, who: str = "Ann") -> str:
    """Run a command of git; what it commits is of a moment and somebody of ours."""
    stamp = f"@{at.timestamp():.0f} +0000"
    names = {"NAME": who, "EMAIL": f"{who.lower()}@a.example", "DATE": stamp}
    people = {f"GIT_{who}_{each}": names[each] for who in ("AUTHOR", "COMMITTER") for each in names}
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), **people}
    done = subprocess.run(  # noqa: S603
        ["git", *arguments], cwd=directory, env=environment, check=True, capture_output=True,  # noqa: S607
    )  # fmt: skip
    return done.stdout.decode()
