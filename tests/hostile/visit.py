"""One visit to the hostile web by the real program: a process of its own, with real settings."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hostile.behaviour import Behaviour
from hostile.certificates import DOMAIN, certificates
from hostile.server import Web, served

SECRET: Final = "s3cret"  # noqa: S105 - it is one only here
TIMEOUT: Final = 15.0
RETRIES: Final = 1
DEADLINE: Final = 45.0
MAX_RETRY_AFTER: Final = 2
LIMIT: Final = 600.0
"""Seconds after which a visit is ended by force: the crawler was caught."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What the program said of the hostile web, what it did there, and what it cost."""

    web: Web
    report: dict[str, Any]
    text: str
    errors: str
    code: int
    seconds: float
    cpu: float
    peak: int

    def rows(self, behaviour: Behaviour) -> list[dict[str, Any]]:
        """What is said of the links to one site."""
        return [row for row in self.report["links"] if row["text"] == behaviour.name]

    def verdict(self, behaviour: Behaviour) -> str:
        """The verdict on a site; all that there are, if its links have several."""
        verdicts = {f"{row['outcome']} · {row['reason']}" for row in self.rows(behaviour)}
        return " | ".join(sorted(verdicts))


@contextmanager
def visited(
    behaviours: Sequence[Behaviour],
    directory: Path,
    *options: str,
    alone: bool = False,
) -> Iterator[Visit]:
    """Serve these sites, and have the program check a document that links to all of them.

    `options`: what the program gets besides; `alone`: without the fast stack. The web is served
    until the block is left.
    """
    with served(behaviours) as web:
        (directory / "links.md").write_text(_document(web), encoding="utf-8")
        certificates().trusted.cert_pem.write_to_path(str(directory / "trusted.pem"))
        (directory / "crawl.toml").write_text(_settings(web, directory), encoding="utf-8")
        yield _run(web, directory, "alone" if alone else "both", options)


def _document(web: Web) -> str:
    links = (
        f"- [{behaviour.name}](<{web.filled(behaviour, url)}>)\n"
        for behaviour in web.behaviours
        for url in behaviour.urls
    )
    return "".join(links)


def _settings(web: Web, directory: Path) -> str:
    secrets = [
        f"{web.filled(behaviour, behaviour.header_for)}: X-Token: {SECRET}"
        for behaviour in web.behaviours
        if behaviour.header_for
    ]
    settings: dict[str, object] = {
        "resolve": [f"*.{DOMAIN}:*:127.0.0.1", f"*.{DOMAIN}.elsewhere.test:*:127.0.0.1"],
        "cacert": str(directory / "trusted.pem"),
        "header": secrets,
        "timeout": TIMEOUT,
        "deadline": DEADLINE,
        "retries": RETRIES,
        "max_retry_after": MAX_RETRY_AFTER,
        "delay": 0.0,
        "concurrency": 24,
        "max_body": 262_144,
    }
    # As in JSON, so in TOML: texts, numbers and lists of them are written alike.
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())


def _run(web: Web, directory: Path, stacks: str, more: Sequence[str]) -> Visit:
    program = [sys.executable, "-P", str(Path(__file__).with_name("child.py")), "cost", stacks]
    options = ["check", "links.md", "--config", "crawl.toml", "--format", "json", "--quiet"]
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own program
        [*program, *options, *more],
        cwd=directory,
        env=_environment(web, directory),
        capture_output=True,
        timeout=LIMIT,
        check=False,
    )
    text = done.stdout.decode()
    if not text:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    peak, cpu = (directory / "cost").read_text("utf-8").split()
    return Visit(
        web=web,
        report=json.loads(text),
        text=text,
        errors=done.stderr.decode("utf-8", "replace"),
        code=done.returncode,
        seconds=time.monotonic() - begun,
        cpu=float(cpu),
        peak=int(peak),
    )


def _environment(web: Web, directory: Path) -> dict[str, str]:
    """An environment that would lead astray whoever listens to it: proxies, passwords, tokens."""
    passwords = directory / ".netrc"
    passwords.write_text(f"default login ann password {SECRET}\n", encoding="utf-8")
    passwords.chmod(0o600)
    trap = f"http://127.0.0.1:{web.trap}"
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    return {
        **{name: value for name, value in os.environ.items() if name.lower() != "no_proxy"},
        **dict.fromkeys(proxies, trap),
        "HOME": str(directory),
        "NETRC": str(passwords),
        "TOKEN": SECRET,
    }
