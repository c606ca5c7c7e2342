"""Whether a CI system says that what it checks out is somebody's pull request."""

from collections.abc import Mapping
from functools import cache

from crawler.tables import rows


def is_pull_request(environment: Mapping[str, str]) -> bool:
    """Tell whether any variable of the environment says so: `data/pull_requests.tsv`.

    >>> is_pull_request({"TRAVIS_PULL_REQUEST": "12"})
    True
    >>> is_pull_request({"TRAVIS_PULL_REQUEST": "false"})
    False
    """
    return any(
        said != but and value in ("*", said)
        for name, value, but in _signs()
        if (said := environment.get(name))
    )


@cache
def _signs() -> tuple[tuple[str, str, str], ...]:
    """Return variables, each with the value that says so (any: `*`) and one that does not."""
    return tuple(
        (name, "*", value[1:]) if value.startswith("!") else (name, value, "")
        for name, value in rows("pull_requests.tsv")
    )
