"""Template syntax in URLs: what is known is filled in, and the rest is no URL yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.collect import collect
from crawler.model import Document, Place
from crawler.settings import ExtractSettings
from crawler.templates import blanked, definitions, fill, with_spaces, without_spaces
from crawler.urls import Rejected, Rejection, Target

KNOWN = definitions(["site.url = https://x.example", "HOST=h.example", "id=7", "odd={{ HOST }}"])
BRACKETS = ["{{", "}}", "{%", "%}", "<%", "%>", "${", "{", "}", "<", ">", "|", "%", "$", "'"]
TEXTS = st.lists(
    st.sampled_from([*BRACKETS, "](", "]:", "(", ")", "HOST", "a", " ", "\t", "\n", "/", "s", "é"])
).map("".join)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("{{ site.url }}/x", "https://x.example/x"),
        ("{{site.url}}{{ '/y' }}", "https://x.example/y"),
        ("{{- site.url -}}/x", "https://x.example/x"),
        ("https://${HOST}/{id}", "https://h.example/7"),
        ("{odd}/x", "{{ HOST }}/x"),  # what a value holds is text
        ("{{ site.baseurl }}/x", "/x"),
        ("{{ site.baseurl }}", "/"),
        ("{{ '/x' | relative_url }}", "/x"),
        ('{{ "x" | relative_url }}', "/x"),
        ("{{ 'https://y.example/' | relative_url }}", "https://y.example/"),
        ("{{ '/x' | absolute_url }}", "https://x.example/x"),
        ("{{ '/x' | prepend: site.baseurl | prepend: site.url }}", "https://x.example/x"),
        ("{{ site.url | append: '/x' }}", "https://x.example/x"),
    ],
)
def test_known_expressions_are_filled_in(href: str, expected: str) -> None:
    assert fill(href, KNOWN) == expected


@pytest.mark.parametrize(
    "href",
    [
        "{{ page.url }}",
        "{{ site.url }}{{ page.url }}",
        "{{ '/x' | upcase }}",
        "{{ '/x' | append: page.ext }}",
        "{{ page.url | relative_url }}",
        "{{ '/a|b' | relative_url }}",
        '{{< relref "x.md" >}}',
        "{% link x.md %}",
        "{% link a%20b.md %}",
        "https://x.example/${PORT}",
        "<%= x %>",
        "https://x.example/<your-host>",
        "https://api.example/{user-id}",
        "https://api.example/{?q,lang}",
        "https://api.example/{/path*}",
        "https://x.example/%s",
        "https://x.example/%d/",
        "https://x.example/%(name)s/",
        "https://x.example/%1$s",
        "{{ url_for(",  # as far as a quote of HTML lets it go
        "{% url",
        "<%= x",
        "${x",
    ],
)
def test_unknown_expressions_are_no_url_yet(href: str) -> None:
    assert fill(href, KNOWN) is None


@pytest.mark.parametrize(
    "href",
    [
        "https://x.example/a%20b%d0%95%e2",
        "https://x.example/100%",
        "https://x.example/100%sure",
        "https://x.example/%u2019",
        "https://x.example/$1/$(a)?b=$",
        "https://x.example/{6F9619FF-8B86-D011-B42D-00CF4FC964FF}",
        "https://x.example/{}",
        "https://x.example/{12}",
        "https://x.example/{%20}",
        "https://x.example/a<b",
        "https://x.example/<br>",
        "#a",
        "",
    ],
)
def test_urls_that_only_look_odd_are_left_as_they_are(href: str) -> None:
    assert fill(href, KNOWN) == href


@given(TEXTS)
def test_filling_in_is_total_and_leaves_what_has_no_expression(text: str) -> None:
    filled = fill(text, {})

    assert filled in (None, text) or (filled == "/" and not text.strip("{}' "))
    assert len(blanked(text)) == len(text)


@given(TEXTS)
def test_words_of_the_same_length_come_back(text: str) -> None:
    masked = without_spaces(text)

    assert len(masked) == len(text)
    assert [len(line) for line in masked.split("\n")] == [len(line) for line in text.split("\n")]
    assert with_spaces(masked).replace("\t", " ") == text.replace("\t", " ")


def places(text: str, name: str = "a.md", *define: str) -> list[Place]:
    format_ = {"md": "markdown", "html": "html", "txt": "plaintext"}[name.rpartition(".")[2]]
    return list(collect([Document(name, format_, text)], ExtractSettings(define=define)).places)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "[x]({{ site.url }}/x)"),
        ("a.html", '<a href="{{ site.url }}/x">x</a>'),
        ("a.html", "<p>https://x.example/{{ page.id }}</p>"),
        ("a.txt", "https://x.example/{{ page.id }}"),
    ],
)
def test_a_template_is_found_and_not_asked(name: str, text: str) -> None:
    (place,) = places(text, name)

    assert place.target == Rejected(place.occurrence.raw, Rejection.TEMPLATE)


def test_angle_brackets_in_a_query_are_what_somebody_looks_for() -> None:
    (place,) = places('<a href="https://x.example/std?q=Vec&lt;T&gt;">x</a>', "a.html")

    assert isinstance(place.target, Target)
    assert str(place.target.url) == "https://x.example/std?q=Vec%3CT%3E"


def test_what_is_written_stays_as_it_is_where_a_name_is_filled_in() -> None:
    (place,) = places("[x]({{ site.url }}/x#y)", "a.md", "site.url=https://x.example")

    assert place.occurrence.raw == "{{ site.url }}/x#y"
    assert place.occurrence.href == "https://x.example/x#y"
    assert isinstance(place.target, Target)
    assert (str(place.target.url), place.target.fragment) == ("https://x.example/x", "y")


def test_a_filled_in_path_is_a_link_within_the_site() -> None:
    (place,) = places("[x]({{ '/x' | relative_url }})")

    assert place.target == Rejected(place.occurrence.raw, Rejection.RELATIVE)
