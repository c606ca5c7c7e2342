"""Every code that a report shows is explained, in a sentence, a cure and more."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from strict import OTHERS

import crawler
from crawler import advice, archiving, assemble, at_places, converging, documents
from crawler.explanations import KINDS, codes, cure, explained, explanation
from crawler.labels import NAME
from crawler.languages import language
from crawler.model import Change, Document, Health
from crawler.reasons import REASONS
from crawler.settings import ExtractSettings

NAMED = re.compile(r'Finding\(\s*"([a-z-]+)"')


def sources() -> Iterator[str]:
    modules: list[ModuleType] = [advice, archiving, assemble, at_places, converging]
    for module in modules:
        path = Path(module.__file__ or "")
        found = path.parent.glob("*.py") if path.name == "__init__.py" else [path]
        yield from (each.read_text("utf-8") for each in found)


def advised() -> set[str]:
    return {name for source in sources() for name in NAMED.findall(source)} | {NAME}


def test_every_reason_is_explained_and_nothing_else_is() -> None:
    assert codes("reasons") == tuple(reason.code for reason in REASONS)


def test_every_finding_is_explained_and_nothing_else_is() -> None:
    assert set(codes("advice")) == advised()


def test_no_finding_is_made_where_the_test_above_does_not_look() -> None:
    makers = {
        path.stem
        for path in Path(crawler.__file__).parent.rglob("*.py")
        if re.search(r"\bFinding\((?!\))", path.read_text("utf-8")) and path.parent.name != "advice"
    }
    # Three read what was stored, or what another crawl has told.
    assert makers == {
        "archiving",
        "assemble",
        "converging",
        "labels",
        "packing",
        "received",
        "rows",
    }


def test_what_is_believed_and_told_of_a_link_is_explained() -> None:
    told = {*Health, *Change} - {Health.HEALTHY, Health.UNKNOWN, Change.MOVED}  # that is advice
    assert set(codes("beliefs")) == {str(each) for each in told}


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind in KINDS for code in codes(kind)])
def test_a_code_has_a_sentence_a_cure_and_more(kind: str, code: str) -> None:
    said = explained(code, kind=kind)
    assert said
    for text in (said.sentence, said.cure, said.text):
        assert re.fullmatch(r"[A-Z].*\.", text), text
        assert "\n" not in text
        assert "  " not in text
    assert 2 <= len(re.findall(r"[.?](?= [A-Z`]|$)", said.text)) <= 5
    assert said.sentence not in said.text
    assert explanation(code, kind=kind) == said.text
    assert cure(code, kind=kind) == said.cure


def test_what_two_kinds_have_in_common_is_the_reason_unless_the_kind_is_named() -> None:
    every = [code for kind in KINDS for code in codes(kind)]
    assert {code for code in every if every.count(code) > 1} == {"empty"}
    assert explanation("empty") == explanation("empty", kind="reasons")
    assert explanation("empty") != explanation("empty", kind="advice")


def test_the_page_of_reasons_leads_to_each_of_them() -> None:
    name = "docs/reasons.md"
    text = (Path(__file__).parents[1] / name).read_text("utf-8")
    reading = documents.read(Document(name, "markdown", text), ExtractSettings())
    asked = [occurrence.href.removeprefix("#") for occurrence in reading.occurrences]
    anchors = reading.anchors() or frozenset()
    assert len(asked) == len(set(asked)) > sum(len(codes(kind)) for kind in KINDS)
    assert set(asked) <= anchors
    assert {code for kind in KINDS for code in codes(kind)} <= anchors


@pytest.mark.parametrize("tag", OTHERS)
def test_each_language_explains_the_same_codes_in_the_same_order(tag: str) -> None:
    for kind in KINDS:
        told = codes(kind, tag)
        assert told == tuple(code for code in codes(kind) if code in told)
        for code in told:
            said = explained(code, language(tag), kind)
            assert said
            for text in (said.sentence, said.cure, said.text):
                assert text != ""
                assert text.endswith(".")
                assert "\n" not in text
                assert "  " not in text
            assert said.text != explanation(code, kind=kind)
            assert said.sentence != getattr(explained(code, kind=kind), "sentence", "")


def test_a_code_is_explained_in_the_language_that_is_asked_for() -> None:
    spanish = language("es")
    assert "410" in explanation("gone", spanish)
    assert explanation("gone", spanish).startswith("El servidor respondió")
    assert cure("gone", spanish) == spanish(cure("gone"))
    assert explained("drifted", spanish) != explained("drifted")


class Shouted:
    language = "xx"

    def __call__(self, sentence: str, /) -> str:
        return sentence.upper()


def test_what_nobody_has_translated_is_said_in_english() -> None:
    assert explanation("gone", Shouted()) == explanation("gone")
    assert cure("gone", Shouted()) == cure("gone").upper()
    assert cure("moved", Shouted()) == cure("moved")


def test_of_other_codes_nothing_is_said() -> None:
    assert explained("no-such-code") is None
    assert explanation("no-such-code") == cure("no-such-code") == ""
