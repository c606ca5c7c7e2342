"""A real git, for repositories that tests make: by whom and when is said, whoever runs them."""

import os
import subprocess
from collections.abc import Mapping
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


def write(path: str, text: str | bytes) -> None:
    """Write a file below the working directory."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())


def commit(message: str = "more") -> None:
    """Commit all that there is in the working directory."""
    run(Path(), "add", "-A")
    run(Path(), "commit", "-qm", message)


def branched(top: Path, files: Mapping[str, str]) -> None:
    """Make a repository whose branch `topic` is where `main` is."""
    run(top, "init", "-q", "-b", "main")
    for path, text in files.items():
        write(str(top / path), text)
    run(top, "add", "-A")
    run(top, "commit", "-qm", "first")
    run(top, "checkout", "-qb", "topic")
