"""Labels that name a language, and pages that are in another one."""

from dataclasses import replace
from importlib.resources import files

import pytest
from fakes import NOON, look, occurrence, url
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.assemble import assemble, without_network
from crawler.at_places import advise_place
from crawler.labels import named_language
from crawler.model import Finding, Observation, PageFacts, Place, Run, Severity
from crawler.outline import outline
from crawler.records import row_record
from crawler.story import Story
from crawler.storytelling import story_text
from crawler.tables import language_labels, ngram_languages, scripts
from crawler.urls import Target

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")


A = url("https://a.example/x")
ENGLISH = PageFacts(title="A book about trees", language="en", language_detected="en")
FINDING = Finding(
    "language-mismatch",
    Severity.ADVICE,
    "The label says that it is in German; the page is in English.",
)


@pytest.mark.parametrize(
    ("label", "language"),
    [
        ("en inglés", "en"),
        ("Aprender a programar (en inglés)", "en"),
        ("Curso (inglés, gratuito)", "en"),
        ("Vídeo en ingles", "en"),
        ("vídeo en inglés con subtítulos en español", "en"),
        ("vídeo en inglés con subtítulos en español y francés", "en"),
        ("vídeo en inglés (subtitulado en español)", "en"),
        ("course in English (with Spanish subtitles)", "en"),
        ("A course (in German)", "de"),
        ("A course - in German", "de"),
        ("Talk: in French, with slides", "fr"),
        ("Handbuch auf Deutsch", "de"),
        ("livre en français", "fr"),
        ("curso em português", "pt"),
        ("llibre en català", "ca"),
        ("книга на английском", "en"),
        ("教程（中文）", "zh"),  # noqa: RUF001 - as it is typed in Chinese
        ("Intro (English version)", "en"),
        ("Guide [EN]", "en"),
        ("[pt-BR] Guia", "pt"),
        ("Guía (es)", "es"),
        # It names none, or the language is what it is about.
        ("", None),
        ("Deutsch", None),
        ("English grammar", None),
        ("In English gardens", None),
        ("Named entity recognition in Chinese", None),
        ("Escribir en inglés", None),
        ("Polish your CSS", None),
        ("Networks (IT)", None),
        ("Learning (ML)", None),
        ("es", None),
        ("El capítulo (es) de ayer", None),
        # Several, or only beside it.
        ("Course in English and Spanish", None),
        ("Curso en inglés y en español", None),
        ("Docs (English/Español)", None),
        ("Polish your CSS (in Spanish)", None),
        ("subtítulos en español", None),
        ("Video (Untertitel: Deutsch)", None),
        ("Video with English subtitles", None),
        ("Guide [EN] [ES]", None),
    ],
)
def test_a_label_names_the_language_of_its_resource(label: str, language: str | None) -> None:
    assert named_language(label) == language


@given(st.text(max_size=400))
@example("(en inglés" * 60)
@example("subtítulos en español y " * 30)
@example("[" * 300 + "en")
def test_any_label_names_one_known_language_or_none(label: str) -> None:
    known = set(language_labels()["name"].values()) | set(language_labels()["code"].values())
    named = named_language(label)
    assert named is None or named in known


def seen(reason: str = "ok", facts: PageFacts = ENGLISH) -> Observation:
    return replace(look(reason, address=str(A)), facts=facts)


def told(label: str, observation: Observation) -> tuple[Finding, ...]:
    return advise_place(replace(occurrence(), text=label), observation)


def test_a_page_in_another_language_than_its_label_says_is_told() -> None:
    assert told("A course (in German)", seen()) == (FINDING,)
    assert told("A course (in German)", seen("permanent")) == (FINDING,)
    spanish = replace(ENGLISH, title=None, language_detected="es")
    assert told("un curs (ingl√©s)", seen(facts=spanish)), "a label is read as people see it"


@pytest.mark.parametrize("label", ["A course", "A course (in English)", "English (in German)"])
def test_a_label_that_agrees_or_says_nothing_is_no_matter(label: str) -> None:
    assert told(label, seen()) == ()


@pytest.mark.parametrize(
    "observation",
    [
        seen(facts=PageFacts(language="en", language_source="html", language_declared="en")),
        seen("not-found"),
        seen("timeout"),
        # The pages of code hosts and video sites are in one language, and about things in others.
        seen(facts=replace(ENGLISH, title="Ein Buch über die Bäume in unserem Garten")),
        seen(facts=replace(ENGLISH, description="Ein Buch über die Bäume in unserem Garten")),
    ],
)
def test_without_confidence_nothing_is_told(observation: Observation) -> None:
    assert told("A course (in German)", observation) == ()


def test_languages_that_look_the_same_are_one() -> None:
    facts = replace(ENGLISH, language_detected="nb", title=None)
    (finding,) = told("A course (in English)", seen(facts=facts))
    assert finding.message.endswith("the page is in Norwegian.")
    unknown = replace(ENGLISH, language_detected="yue", title=None)
    (finding,) = told("A course (in English)", seen(facts=unknown))
    assert finding.message.endswith("the page is in “yue”.")


def test_each_place_is_judged_by_its_own_label_everywhere() -> None:
    labels = ("A course (in German)", "A course (in English)")
    places = [
        Place(replace(occurrence(line=line), text=label), Target(A))
        for line, label in enumerate(labels, 1)
    ]
    observation = seen()
    report = assemble(Run("r", NOON, NOON, complete=True), places, {A: observation}, {}, {})
    assert [row.findings for row in report.rows] == [(FINDING,), ()]
    assert [len(row_record(row)["findings"]) for row in report.rows] == [1, 0]
    (section,) = outline(report).sections
    assert (section.title, [len(entry.places) for entry in section.entries]) == (
        "In another language",
        [1],
    )
    assert without_network(report).rows[0].findings == ()
    spots = tuple(place.occurrence for place in places)
    text = story_text(Story(A, (observation,), spots, None))
    assert text.count(FINDING.message) == 1


def test_a_language_that_is_declared_wrongly_is_told_in_the_story() -> None:
    facts = PageFacts(language="es", language_declared="en", language_detected="es")
    text = story_text(Story(A, (seen(facts=facts),), (), None))
    assert "es (declared en, the text is in es)" in text
    agreed = replace(facts, language_declared="es")
    assert "(declared" not in story_text(Story(A, (seen(facts=agreed),), (), None))


def test_words_of_labels_are_sorted_lower_case_and_name_what_can_be_detected() -> None:
    text = files("crawler").joinpath("data", "language_labels.tsv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    words = language_labels()
    assert len(lines) == sum(map(len, words.values())), "each word stands once in its kind"
    assert words.keys() == {"called", "code", "in", "name", "resource", "subtitles", "then"}
    detected = {each for script, alone in scripts().languages.items() for each in alone[:1]}
    for script, alone in scripts().languages.items():
        detected |= set() if alone else set(ngram_languages(script))
    assert set(words["called"].values()) >= detected
    for kind, rows in words.items():
        assert all(word == word.casefold().strip() for word in rows)
        languages = set(rows.values())
        if kind in {"name", "code"}:
            assert languages <= detected
        elif kind != "called":
            assert languages == {"-"}
