"""The real program as a process of its own, which writes down at its end what it took.

Run as a script: FILE for the figures, `both` or `alone` (without the fast stack), then what `crawl`
takes. A process's `ru_maxrss` begins with that of whoever started it, so it is not what we want.
"""

import resource
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import cast


def peak() -> int:
    """The most memory that was ever resident, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


if __name__ == "__main__":
    cost, stacks, *arguments = sys.argv[1:]
    if stacks == "alone":
        sys.modules["pyreqwest"] = cast("ModuleType", None)  # as if it were not installed
    sys.argv[1:] = arguments
    from crawler.cli import main

    try:
        main()
    finally:
        Path(cost).write_text(f"{peak()} {time.process_time()}", "utf-8")
