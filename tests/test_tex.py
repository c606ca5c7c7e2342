"""TeX as people leave it: commands without their arguments, and strings that grow."""

from time import process_time

import pytest
from fakes import reading_of

from crawler.model import Document
from crawler.settings import ExtractSettings
from crawler.tex import read
from crawler.texcode import doi, pieces, plain

PLAIN = ExtractSettings()


@pytest.mark.parametrize(
    "command",
    [
        "hyperbaseurl", "image", "includegraphics", "verb", "mint", "begin", "end", "hyperref",
        "hyperref{a}", "hyperref{\\x}{b}", "href", "url", "doi", "def", "newcommand", "section",
    ],
)  # fmt: skip
def test_a_command_without_its_argument_hides_nothing(command: str) -> None:
    found, base = read(f"\\{command}\n\n\\url{{https://a.example/}}", PLAIN)

    assert [each.href for each in found][-1] == "https://a.example/"
    assert base is None


def test_the_first_base_counts() -> None:
    assert read("\\hyperbaseurl{/a/}\\hyperbaseurl{/b/}", PLAIN) == ([], "/a/")


def test_a_link_in_the_label_of_another_is_none() -> None:
    found, _ = read("\\href{/a}{\\doi{10.1000/1}}", PLAIN)

    assert [each.href for each in found] == ["/a"]


def test_a_doi_with_a_macro_in_it_is_none() -> None:
    assert doi("10.1000/\\x") is None


def test_a_title_keeps_its_paragraphs_apart() -> None:
    assert plain("a\n\nb\\_") == "a\n\nb_"


def test_a_url_that_begins_and_ends_with_an_escape_is_all_there() -> None:
    assert [each.words for each in pieces("\\_a\\%", 0, 5)] == ["_", "a", "%"]


def test_an_address_in_a_bibliography_may_be_a_command_or_nothing() -> None:
    text = "@misc{a, url = {\\url{https://a.example/}}, eprint = {}, archiveprefix = {arXiv}}"

    found = reading_of(Document("a.bib", "bibtex", text), PLAIN).occurrences

    assert [each.href for each in found] == ["https://a.example/"]


def test_strings_that_double_each_other_take_no_memory() -> None:
    doubled = "".join(f"@string{{s{n} = s{n - 1} # s{n - 1}}}\n" for n in range(1, 60))
    text = f'@string{{s0 = "https://a.example/"}}\n{doubled}@misc{{a, url = s59, doi = s59}}\n'
    begun = process_time()

    assert not list(reading_of(Document("a.bib", "bibtex", text), PLAIN).occurrences)
    assert process_time() - begun < 20


@pytest.mark.parametrize("text", ["@a{" * 100_000, f"@a{{b, url = {{{'a' * 500_000}}}}}"])
def test_what_has_no_end_takes_no_square_time(text: str) -> None:
    begun = process_time()

    assert not list(reading_of(Document("a.bib", "bibtex", text), PLAIN).occurrences)
    assert process_time() - begun < 20
