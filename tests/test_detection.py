"""The language of a text: accuracy on short texts of many languages, and what decides alone.

`corpus/languages/xx.txt` holds titles and first sentences in the language `xx`, one a line.
"""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.detection import MANY, Guess, alike, allows, detect, script_of
from crawler.tables import ngram_languages, ngrams, scripts

CORPUS = {
    path.stem: path.read_text(encoding="utf-8").splitlines()
    for path in sorted((Path(__file__).parent / "corpus" / "languages").glob("*.txt"))
}
TABLES = sorted(script for script, languages in scripts().languages.items() if not languages)
# Floors may only rise. Where two languages are close, one in ten of such short texts may be wrong.
OVERALL, EACH, RELIABLE = 0.99, 0.93, 0.94


def is_right(guess: Guess | None, language: str) -> bool:
    return guess is not None and guess.language in alike(language)


def test_short_texts_of_many_languages_are_told_apart() -> None:
    assert len(CORPUS) >= 23
    assert {"ca", "es", "pt", "zh"} <= CORPUS.keys()
    assert all(len(set(texts)) >= 30 for texts in CORPUS.values())
    right = {
        language: sum(is_right(detect(text), language) for text in texts) / len(texts)
        for language, texts in CORPUS.items()
    }
    assert sum(right.values()) / len(right) >= OVERALL, right
    assert min(right.values()) >= EACH, right


def test_what_is_called_reliable_is_right_and_most_texts_are() -> None:
    guesses = [(language, detect(text)) for language, texts in CORPUS.items() for text in texts]
    reliable = [(language, guess) for language, guess in guesses if guess and guess.reliable]
    assert [pair for pair in reliable if not is_right(pair[1], pair[0])] == []
    assert len(reliable) / len(guesses) >= RELIABLE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("プログラミング入門", "ja"),
        ("東京大学で学ぶ情報科学の基礎と応用について", "ja"),
        ("东京大学的历史 (の) 中国学生写的一本书 一共有三百页", "zh"),
        ("从零开始学习", "zh"),
        ("프로그래밍을 처음부터 배우기", "ko"),
        ("大韓民國 한국어로 프로그래밍을 배웁니다", "ko"),
        ("การเขียนโปรแกรม", "th"),
        ("Μαθαίνω προγραμματισμό", "el"),
        ("ללמוד תכנות", "he"),
        ("პროგრამირება", "ka"),
        ("Ծրագրավորում", "hy"),
        ("프로그래밍 Python", "ko"),
        ("Python 3 和 Django 的入门教程", "zh"),
    ],
)
def test_a_script_of_one_language_decides_alone(text: str, language: str) -> None:
    guess = detect(text)
    assert guess is not None
    assert (guess.language, guess.by) == (language, "script")


def test_a_few_letters_are_no_reliable_sign() -> None:
    few, many = detect("αβγ"), detect("Εισαγωγή στον προγραμματισμό")
    assert few is not None
    assert many is not None
    assert (few.reliable, many.reliable) == (False, True)


@pytest.mark.parametrize("text", ["", " ", "1234 +++ 5", "🙂🙂", "\u0300", "zzzzqqqx"])
def test_what_has_no_words_that_we_know_has_no_language(text: str) -> None:
    assert detect(text) is None


def test_two_scripts_with_much_text_each_are_several_languages() -> None:
    english, russian = " ".join(CORPUS["en"][:2]), " ".join(CORPUS["ru"][:2])
    assert detect(f"{english} {russian}") == Guess(MANY, "cyrillic", reliable=False, by="script")
    named = detect("Знакомство: Kubernetes и PostgreSQL")  # names are no text
    assert named is not None
    assert named.script == "cyrillic"


@pytest.mark.parametrize(
    "text",
    [
        "Aprender a programar en galego con exercicios curtos e moita paciencia para todos",
        "Leer om te programmeer van die begin af met kort oefeninge en baie geduld",
        "Discere programmata scribere ab initio cum exercitationibus brevibus",
        "def main(): return [x for x in range(10) if x % 2 == 0]; import os, sys",
    ],
)
def test_a_declared_language_that_we_do_not_know_is_never_denied(text: str) -> None:
    guess = detect(text)
    assert guess is None or all(allows(guess, language) for language in ("gl", "af", "la"))


def test_a_guess_allows_what_looks_the_same_and_denies_what_it_knows() -> None:
    spanish = Guess("es", "latin", reliable=True, by="detected")
    hebrew = Guess("he", "hebrew", reliable=True, by="script")
    norwegian = Guess("no", "latin", reliable=True, by="detected")
    assert [allows(spanish, each) for each in ("es", "gl", "en", "ja", "ru")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert [allows(hebrew, each) for each in ("he", "yi", "en", "gl")] == [True, True, False, False]
    assert [allows(norwegian, each) for each in ("nb", "nn", "da")] == [True, True, False]


@given(st.text(max_size=2000))
@example("İ" * 500)
@example("\ud800 surrogate")
@example("ऀ " * 400)
@example("the " * 400)
def test_no_text_is_too_strange(text: str) -> None:
    guess = detect(text)
    assert guess is None or allows(guess, guess.language) or guess.language == MANY


def test_sums_of_weights_never_run_into_each_other() -> None:
    for script in TABLES:
        heaviest = max(max(row) for _, row in ngrams(script).rows)
        assert heaviest * 533 < 2**16  # 400 characters of four octets, cut at each third one


def test_blocks_of_scripts_are_sorted_and_do_not_overlap() -> None:
    known = scripts()
    ends = [end for block in zip(known.firsts, known.lasts, strict=True) for end in block]
    assert ends == sorted(ends)
    assert all(last < first for last, first in zip(ends[1::2], ends[2::2], strict=False))
    assert TABLES == ["arabic", "cyrillic", "devanagari", "latin"]


@pytest.mark.parametrize(
    ("character", "script"),
    [
        ("a", "latin"),
        ("ñ", "latin"),
        ("я", "cyrillic"),
        ("1", None),
        ("\x00", None),
        ("\u00d7", None),
    ],
)
def test_a_letter_has_a_script(character: str, script: str | None) -> None:
    assert script_of(character) == script


@pytest.mark.parametrize("script", TABLES)
def test_a_table_tells_its_languages_and_sorted_ngrams(script: str) -> None:
    table = ngrams(script)
    rows = list(table.rows)
    assert table.languages == ngram_languages(script) == tuple(sorted(table.languages))
    assert all(len(row) == len(table.languages) and any(row) for _, row in rows)
    assert [ngram for ngram, _ in rows] == sorted(
        {ngram for ngram, _ in rows}, key=lambda ngram: (len(ngram), ngram)
    )
    assert len(rows) > 500
