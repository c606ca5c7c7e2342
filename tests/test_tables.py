"""The constant tables: their form, and what is looked up in them."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from publicsuffixlist import PSLFILE, PublicSuffixList, encode_idn

from crawler import values
from crawler.tables import (
    advertising_hosts,
    page_types,
    public_suffixes,
    registrable_domain,
    rows,
    script_fragments,
    shortener_of,
    shorteners,
    site_generators,
)
from crawler.urls import Target, resolve

LINES = files("crawler").joinpath("data", "shorteners.tsv").read_text("utf-8").splitlines()
ROWS = [line.split("\t") for line in LINES if not line.startswith("#")]
CLASSES = {"ad", "generic", "own", "resolver", "share", "smartlink", "tracker", "vanity"}
STATUSES = {"alive", "dead", "partial", "readonly", "unknown"}


def test_signs_of_site_generators_are_sorted_and_are_names() -> None:
    names = [name for name, generator in rows("site_generators.tsv") if generator]
    assert names == sorted(set(names))
    assert site_generators() == set(names)
    assert not any("/" in name or "*" in name for name in names)


def test_shorteners_are_sorted_and_each_stands_once() -> None:
    hosts = [row[0] for row in ROWS]
    assert hosts == sorted(set(hosts))
    assert len(hosts) > 300


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_shortener_has_well_formed_fields(row: list[str]) -> None:
    host, kind, status, *rest = row
    host = host.removeprefix(".")
    assert kind in CLASSES
    assert status in STATUSES
    assert len(rest) <= 2
    assert all(field == field.strip() for field in row)
    assert row[-1], "no empty field at the end"
    target = resolve(f"https://{host}/")
    assert isinstance(target, Target)
    assert target.url.authority == host


def test_the_head_of_the_table_names_every_class_and_status() -> None:
    head = " ".join(line for line in LINES if line.startswith("#"))
    assert set(re.findall(r"\w+", head)) >= CLASSES | STATUSES


def test_every_row_of_the_table_is_known() -> None:
    known = shorteners()
    assert len(known) == len(ROWS)
    for pattern, kind, status, *_ in ROWS:
        host = pattern.removeprefix(".")
        assert (known[host].host, known[host].kind, known[host].status) == (host, kind, status)


def test_shorteners_that_hide_behind_advertising_are_a_class_of_their_own() -> None:
    hosts = advertising_hosts()
    assert {"adf.ly", "adfoc.us"} <= hosts
    assert not hosts & {"bit.ly", "t.co", "youtu.be", "doi.org", "example.org"}
    assert hosts == {row[0] for row in ROWS if row[1] == "ad"}


FRAGMENTS = files("crawler").joinpath("data", "script_fragments.tsv").read_text("utf-8")
FRAGMENT_ROWS = [line for line in FRAGMENTS.splitlines() if not line.startswith("#")]


def test_fragments_for_scripts_are_sorted_and_well_formed() -> None:
    assert sorted(set(FRAGMENT_ROWS)) == FRAGMENT_ROWS
    assert len(script_fragments()) == len(FRAGMENT_ROWS)
    for line in FRAGMENT_ROWS:
        host, pattern, what = line.split("\t")
        assert what
        assert re.compile(pattern).fullmatch("an-anchor") is None or pattern == ".*"
        assert host == "*" or isinstance(resolve(f"https://{host}/"), Target)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("bit.ly", "bit.ly"),
        ("www.bit.ly", "bit.ly"),
        ("my.bit.ly", None),
        ("notbit.ly", None),
        ("ann.page.link", "page.link"),
        ("page.link", "page.link"),
        ("maps.app.goo.gl", "maps.app.goo.gl"),
        ("x1y2z.app.goo.gl", "app.goo.gl"),
        ("goo.gl", "goo.gl"),
        ("example.org", None),
    ],
)
def test_a_shortener_is_known_by_its_host(host: str, known: str | None) -> None:
    found = shortener_of(host)
    assert (found.host if found else None) == known


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("example.org", "example.org"),
        ("a.b.example.org", "example.org"),
        ("www.example.co.uk", "example.co.uk"),
        ("ann.github.io", "ann.github.io"),
        ("www.ann.github.io", "ann.github.io"),
        ("a.xn--bcher-kva.xn--p1ai", "xn--bcher-kva.xn--p1ai"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("a.b.nosuchsuffix", "a.b.nosuchsuffix"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
    ],
)
def test_a_domain_is_what_somebody_registered(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_the_list_of_suffixes_says_for_encoded_names_what_its_library_would_read() -> None:
    whole = PublicSuffixList(accept_unknown=False)
    rules = [
        line.lstrip("!*.")
        for line in Path(PSLFILE).read_text("utf-8").splitlines()
        if line and not line.startswith("//")
    ]
    foreign = [encode_idn(rule) for rule in rules if not rule.isascii()]
    assert len(foreign) > 100
    for rule in (*foreign, *filter(str.isascii, rules[::50])):
        for host in (rule, f"b.{rule}", f"a.b.{rule}"):
            assert public_suffixes().privatesuffix(host) == whole.privatesuffix(host), host


def test_types_of_pages_are_sorted_and_lower_case_and_our_words_are_those_of_the_head() -> None:
    lines = files("crawler").joinpath("data", "page_types.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    head = " ".join(line for line in lines if line.startswith("#"))
    names = [name for name, _ in rows]
    assert names == sorted(set(names))
    assert all(name == name.strip().lower() for name in names)
    assert {kind for _, kind in rows} <= set(re.findall(r"\w+", head))
    assert page_types() == dict(rows)


def test_keys_of_identifiers_are_sorted_and_each_stands_once() -> None:
    lines = files("crawler").joinpath("data", "identifier_keys.txt").read_text("utf-8").splitlines()
    keys = [line for line in lines if not line.startswith("#")]

    assert keys == sorted(set(keys))
    assert all(key == key.strip() != "" for key in keys)
    assert all(values.names_thing(["a", key, 0]) for key in keys)
    assert values.names_thing(["xmlns:dc"])
    assert not values.names_thing(["schema", 0, "url"])
