"""Which places of a program everybody gets to who loads its page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.statements import reached

HERE = "GO"


def is_reached(program: str) -> bool:
    return list(reached(program, [program.index(HERE)])) == [program.index(HERE)]


@pytest.mark.parametrize(
    "program",
    [
        "GO",
        "var a = 1; GO",
        "begin()\nGO",
        "if (old) { warn() } GO",
        "{ GO }",
        "try { GO } catch (e) {}",
        "(function () { GO })()",
        "(() => { GO })()",
        "!function(a, b){ GO }()",
        "; (async function () { GO })()",
        "$(function () { GO })",
        "$(document).ready(function () { GO })",
        "window.onload = function () { GO }",
        "setTimeout(function () { GO }, 10)",
        "setTimeout(() => { GO }, 10)",
        'setTimeout("GO", 10)',
        "addEventListener('load', () => { GO })",
        "document.addEventListener('DOMContentLoaded', function () { GO })",
        "function go() { GO } go()",
        "function go() { GO }; setTimeout(go, 10)",
        "function go() { GO }\nsetTimeout('go()', 10)",
        "function go() { GO }; window.onload = go",
        "function other() { return 1; } GO",
        "function other() { if (old) { return; } } function go() { GO }; go()",
        "javascript:GO",
        "}} GO",
    ],
)
def test_what_nothing_stands_before_is_reached(program: str) -> None:
    assert is_reached(program)


@pytest.mark.parametrize(
    "program",
    [
        "if (old) GO",
        "if (old) { GO }",
        "if (old) { warn(); GO }",
        "if (old) { warn() } else GO",
        "if (old) { warn() } else { GO }",
        "old && (a, b) || GO",
        "old ? GO",
        "old ? 1 : GO",
        "try { begin() } catch (e) { GO }",
        "switch (a) { case 1: GO }",
        "function logout() { GO }",
        "var logout = function () { GO }",
        "var page = { logout: function () { GO } }",
        "var page = { go() { GO } }",
        "button.onclick = function () { GO }",
        "button.addEventListener('click', () => { GO })",
        "setTimeout(function () { if (idle) { GO } })",
        "(function () { if (!old) return; GO })()",
        "(function () { if (!old) { return; } GO })()",
        "(function () { if (!old) { return } GO })()",
        "load(function () { GO })",
        'var page = {"onclick": "GO"}',
        "var html = `<a onclick='GO'>`",
    ],
)
def test_what_is_for_some_is_not(program: str) -> None:
    assert not is_reached(program)


def test_places_are_told_one_by_one() -> None:
    program = "if (old) { GO } GO; function later() { GO } GO"
    places = [at for at in range(len(program)) if program.startswith(HERE, at)]
    assert list(reached(program, places)) == [places[1], places[3]]


@given(
    st.lists(st.sampled_from(["{", "}", ";", "function f()", "f()", "if(", ")", "GO", "return"]))
)
def test_any_program_can_be_read(parts: list[str]) -> None:
    places = [at for at, part in enumerate(parts) if part == HERE]
    assert set(reached("".join(parts), places)) <= set(places)
