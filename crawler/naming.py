"""What a row of a report is called, and what could be written there instead.

It is called by its URL, by a file, or by what is written there.
"""

from crawler.model import Finding, Row
from crawler.urls import Rejected, Rejection, Target, mask, resolve


def written(row: Row) -> str:
    """Return the URL of a row, or the file that it names, or what is written where there is none.

    Where it is its fragment that the row is about, it is part of the name.
    """
    target = row.place.target
    inside = isinstance(target, Rejected) and target.reason is Rejection.ANCHOR
    return whole(row) if inside or lacks_fragment(row) else named(row)


def whole(row: Row) -> str:
    """Return what a row is about, with its fragment."""
    return f"{named(row)}#{row.place.fragment or ''}"


def named(row: Row) -> str:
    """Return what a row is about. What stands for an address by `--remap` goes by that address."""
    place, target = row.place, row.place.target
    as_written = resolve(place.occurrence.href)
    if isinstance(as_written, Target):
        return str(as_written.url)
    if isinstance(target, Target):
        return str(target.url)
    if target.reason in (Rejection.ANCHOR, Rejection.FRAGMENT_MISSING):
        return target.path or place.occurrence.document
    return mask(target.raw) if target.path is None else target.path


def lacks_fragment(row: Row) -> bool:
    """Tell whether it is its fragment that the row is about."""
    return row.verdict.reason == "fragment-missing"


def replacement(finding: Finding, row: Row) -> str | None:
    """Return what a finding puts in the place of a row's URL: it keeps the place's own fragment.

    Nothing where the page does not have that: the new address would be as wrong as the old one.
    """
    proposed, fragment = finding.replacement, row.place.fragment
    if not (proposed and fragment) or "#" in proposed:
        return proposed
    return None if lacks_fragment(row) else f"{proposed}#{fragment}"
