"""Links on their way to become occurrences."""

from crawler.found import Found, apart
from crawler.model import Kind


def test_of_two_links_that_overlap_the_first_is_kept() -> None:
    places = [(9, 12), (0, 4), (4, 4), (3, 6), (6, 9), (8, 10)]
    found = [Found(start, end, "", Kind.BARE) for start, end in places]

    assert [(each.start, each.end) for each in apart(found)] == [(0, 4), (4, 4), (6, 9), (9, 12)]
