"""Links of one host that have come to end together: which of them are told, and what."""

import pytest
from fakes import look, url

from crawler.converging import Course, converged, crowded
from crawler.model import Observation

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")


END = "https://a.example/news"


def course(page: str, now: str = END, host: str = "https://a.example", before: str = "") -> Course:
    address = f"{host}{page}"
    return Course(url(address), url(before or address), url(now))


THREE = (course("/a"), course("/b"), course("/c"))


def test_three_pages_of_a_host_that_now_end_at_one_are_told_with_where_they_led() -> None:
    found = converged(THREE)
    assert set(found) == {each.url for each in THREE}
    finding = found[url("https://a.example/a")]
    assert (finding.name, finding.severity, finding.replacement) == ("converged", "warning", None)
    assert finding.message == (
        "It led to https://a.example/a, and now ends where 2 others of its host do."
    )


@pytest.mark.parametrize(
    "courses",
    [
        THREE[:2],
        (*THREE[:2], course("/c", before=END)),
        (*THREE[:2], course("/c", host="https://b.example")),
        (*THREE[:2], course("/c", now="https://a.example/olds")),
        tuple(course(f"/{version}/install") for version in ("1.0", "1.1", "2.0")),
        tuple(course(page, now="https://a.example/") for page in ("/a", "/b", "/c")),
        tuple(course(page, now="https://a.example/login") for page in ("/a", "/b", "/c")),
        tuple(course(page, host="https://bit.ly") for page in ("/a1B", "/b2C", "/c3D")),
    ],
    ids=[
        "two", "it always led there", "two hosts", "two ends", "versions of one page",
        "a front page", "a login", "a shortener",
    ],
)  # fmt: skip
def test_of_others_nothing_is_told(courses: tuple[Course, ...]) -> None:
    assert converged(courses) == {}


def test_one_look_each_tells_that_three_of_a_host_end_at_one_page() -> None:
    looks = [Observation(each.url, look().at, look().verdict, final_url=each.now) for each in THREE]
    alone = Observation(url("https://a.example/own"), look().at, look().verdict)
    found = crowded([*looks, *looks, alone])
    assert set(found) == {each.url for each in THREE}
    finding = found[THREE[0].url]
    assert (finding.name, finding.message) == ("converged", "2 others of its host do too.")
    assert crowded(looks[:2]) == {}
