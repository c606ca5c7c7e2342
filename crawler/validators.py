"""Which validators may be sent back to a server: what a header may hold (RFC 9110 §8.8).

Apart from `conditional.py`, which knows when they are sent, for whoever reads a history back.
"""

import re
from typing import Final

from crawler.model import Validators

# RFC 9110 §8.8.3, visible ASCII only; one list of several is none.
ETAG: Final = re.compile(r'(?:W/)?"[!#-~]{0,500}"')
DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)


def are_proper(validators: Validators) -> bool:
    """Tell whether there are any, and all may be sent: a history is read back as a stranger's."""
    given = ((ETAG, validators.etag), (DATE, validators.last_modified))
    values = [(pattern, value) for pattern, value in given if value is not None]
    return bool(values) and all(pattern.fullmatch(value) for pattern, value in values)
