"""What a history knows of archived copies: its table, read and written. Speaks SQL, as `store.py`.

One row for a link and an errand: the latest answer counts, for older ones say nothing more.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from crawler.archiving import ArchivedCopy, Copies
from crawler.connection import Connection
from crawler.copy_rows import copy_of, copy_row
from crawler.database import explained, writing
from crawler.urls import Url

_KNOWN: Final = """
    select archived_copies.*, links.url from archived_copies
    join links on links.id = archived_copies.link_id
"""
_KEEP: Final = """
    insert into archived_copies
        (link_id, errand, wanted_at, basis, asked_at, came, copy_url, copy_at)
    select id, :errand, :wanted_at, :basis, :asked_at, :came, :copy_url, :copy_at
    from links where url = :url
    on conflict (link_id, errand) do update set
        wanted_at = excluded.wanted_at, basis = excluded.basis, asked_at = excluded.asked_at,
        came = excluded.came, copy_url = excluded.copy_url, copy_at = excluded.copy_at
"""


class ArchiveHistory:
    """The copies of links that archives are known to have, or not to have."""

    def __init__(self, db: Connection, path: Path) -> None:
        self._db = db
        self._path = path

    def copies(self) -> Mapping[Url, Copies]:
        """Return what is known of all links. Raises `StoreError`."""
        found: defaultdict[Url, list[ArchivedCopy]] = defaultdict(list)
        for copy in self._read(_KNOWN, ()):
            found[copy.url].append(copy)
        return found

    def of(self, url: Url) -> Copies:
        """Return what is known of one link. Raises `StoreError`."""
        return tuple(self._read(f"{_KNOWN} where links.url = ? order by errand", (str(url),)))

    def keep(self, copy: ArchivedCopy) -> None:
        """Write what came of asking, in the place of what was known. Raises `StoreError`."""
        with writing(self._db, self._path):
            self._db.execute(_KEEP, copy_row(copy))

    def _read(self, query: str, values: tuple[str, ...]) -> Iterator[ArchivedCopy]:
        with explained(self._path):
            yield from map(copy_of, self._db.query(query, values))
