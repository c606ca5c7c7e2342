"""The words of a history are those of its schema, and its questions have answers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.guide import Question, json_columns, questions, tables
from crawler.store import Store


@pytest.fixture
def history(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "crawl.db"
    Store(path).__exit__()
    with closing(sqlite3.connect(path)) as db:
        yield db


def test_every_table_and_column_has_its_words_and_nothing_else_has(
    history: sqlite3.Connection,
) -> None:
    names = [
        name
        for (name,) in history.execute("select name from sqlite_master where type <> 'index'")
        if not name.startswith("sqlite_")
    ]
    assert sorted(names) == sorted(tables())
    for name in names:
        columns = [row[1] for row in history.execute(f"pragma table_info({name})")]
        table = tables()[name]
        assert list(table.columns) == columns, name
        assert all(table.columns.values())
        assert {table.label, table.sort, *table.facets} - {None} <= set(columns)


def test_columns_that_hold_json_are_known_by_their_words() -> None:
    assert {"counts", "findings", "titles", "feeds"} <= json_columns()
    assert not {"url", "title"} & json_columns()


def test_rows_that_are_pointed_at_have_a_name_for_people(history: sqlite3.Connection) -> None:
    for name in tables():
        for row in history.execute(f"pragma foreign_key_list({name})"):
            assert tables()[row[2]].label, row[2]


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.name)
def test_a_question_is_asked_in_words_and_has_an_answer(
    question: Question, history: sqlite3.Connection
) -> None:
    assert question.title.endswith("?")
    assert question.about.endswith(".")
    found = history.execute(question.sql, {"days": "", "url": "", "text": ""})
    assert not found.fetchall()
    assert "limit" not in question.sql.rpartition("order by")[2]


def test_questions_of_a_group_stand_together() -> None:
    groups = [each.group for each in questions()]
    assert sorted(groups, key=groups.index) == groups
