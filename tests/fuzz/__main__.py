"""The command line of the fuzzing: `python -m fuzz [TARGET…] [--seconds N]`, one process a target.

Needs atheris (`pip install atheris`; it has wheels for Linux).
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

from fuzz.targets import BY_NAME, TARGETS, Target

FOUND: Final = Path(".fuzz")
MAX_LENGTH: Final = 65_536
MAX_SECONDS: Final = 5
MAX_MEGABYTES: Final = 1_024


def main() -> int:
    """Fuzz what is asked for, or everything; fail if anything was found."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    names = f"{', '.join(BY_NAME)}; all, if none is named"
    parser.add_argument("target", nargs="*", type=_target, metavar="TARGET", help=names)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    given = parser.parse_args()
    targets = given.target or TARGETS
    failed = [each.name for each in targets if not _survives(each, given.seconds)]
    if failed:
        print(f"Found something: {', '.join(failed)}; the inputs are in {FOUND}/.")  # noqa: T201
    return 1 if failed else 0


def _target(name: str) -> Target:
    if name not in BY_NAME:
        raise argparse.ArgumentTypeError(f"no target {name!r}")
    return BY_NAME[name]


def _survives(target: Target, seconds: int) -> bool:
    corpus = FOUND / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = corpus.with_suffix(".words")
    words.write_text("".join(f'"{_quoted(word)}"\n' for word in target.words or ("\x00",)))
    print(f"{target.name}: {seconds} s", flush=True)  # noqa: T201
    return not subprocess.run(  # noqa: S603 - ourselves
        [
            sys.executable, "-m", "fuzz.one", target.name, str(corpus), f"-dict={words}",
            f"-max_total_time={seconds}", f"-max_len={MAX_LENGTH}", f"-timeout={MAX_SECONDS}",
            f"-rss_limit_mb={MAX_MEGABYTES}", f"-artifact_prefix={FOUND}/{target.name}-",
            "-print_final_stats=1", "-verbosity=0", "-close_fd_mask=0",
        ],
        check=False,
    ).returncode  # fmt: skip


def _quoted(word: str) -> str:
    """Return a word as a dictionary of libFuzzer has it, which knows ASCII only."""
    plain = frozenset(range(0x20, 0x7F)) - {*b'"\\'}
    return "".join(chr(byte) if byte in plain else f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    sys.exit(main())
