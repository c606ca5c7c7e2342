"""What an archive said of a link, as a history writes it and reads it back. No SQL here.

Beside `rows.py`, which has the nouns of looks and places.
"""

from crawler.archiving import ArchivedCopy, Basis, Came, Errand, is_proper
from crawler.rows import SqlRow, iso, known_url, maybe_iso, maybe_moment, moment, reads_back


def copy_row(copy: ArchivedCopy) -> dict[str, str | None]:
    """Return the columns of what came of asking, with the URL in the place of the link's number."""
    return {
        "url": str(copy.url),
        "errand": copy.errand,
        "wanted_at": iso(copy.wanted_at),
        "basis": copy.basis,
        "asked_at": iso(copy.asked_at),
        "came": copy.came,
        "copy_url": str(copy.copy_url) if copy.copy_url else None,
        "copy_at": maybe_iso(copy.copy_at),
    }


@reads_back
def copy_of(row: SqlRow) -> ArchivedCopy:
    """Read what came of asking: whoever changed the file leads nobody to another place."""
    copy = ArchivedCopy(
        known_url(row["url"]),
        Errand(row["errand"]),
        moment(row["wanted_at"]),
        Basis(row["basis"]),
        moment(row["asked_at"]),
        Came(row["came"]),
        known_url(row["copy_url"]) if row["copy_url"] else None,
        maybe_moment(row["copy_at"]),
    )
    if not is_proper(copy):
        raise ValueError(row["copy_url"])
    return copy
