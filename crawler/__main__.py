"""`python -m crawler` is `crawl`."""

import sys

# Python looks in the working directory first when it is called so, and that may be a stranger's
# checkout. By now it has; from here on modules are those that are installed. What `crawl` and
# `python -P -m crawler` never do, this cannot undo: docs/ci.md says so.
if not sys.flags.safe_path:
    del sys.path[0]

from crawler.cli import main

main()
