"""Front matter: where it ends, which of its values are links, and what is no front matter."""

import pytest

from crawler import frontmatter


def hrefs(text: str) -> list[str]:
    return [value.href for value in frontmatter.read(text).values]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("---\na: 1\n---\nbody", "body"),
        ("---  \r\na: 1\r\n---\t\r\nbody", "body"),
        ("---\ra: 1\r---\rbody", "body"),
        ("---\na: 1\n...\nbody", "body"),
        ("---\na: 1\n---", ""),
        ("---\n---\nbody", "body"),
        ("---\n# only a comment\n---\nbody", "body"),
        ("---\na: 1\n--- x\nb: 2\n---\nbody", "body"),
        ("+++\na = 1\n+++\nbody", "body"),
        ("+++\n+++\nbody", "body"),
    ],
)
def test_front_matter_ends_at_its_closing_line(text: str, body: str) -> None:
    front = frontmatter.read(text)

    assert front.end > 0
    assert text[front.end :] == body


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\na: 1\n",
        "---\na: 1\n----\n",
        " ---\na: 1\n---\n",
        "\n---\na: 1\n---\n",
        "----\na: 1\n---\n",
        "+++\na = 1\n---\n",
        "---\nSome prose.\n\n---\n",
        "---\n- [a](b)\n---\n",
        "---\n\n# Title\n\n[a](b) c\n\n---\n",
        "text\n---\na: 1\n---\n",
    ],
)
def test_what_is_no_front_matter_is_left_to_the_body(text: str) -> None:
    assert frontmatter.read(text) == frontmatter.FrontMatter()


@pytest.mark.parametrize("key", ["canonical_URL", "url", "og-image", "x.logo", "avatar", "Teaser"])
@pytest.mark.parametrize("value", ["/a", "./a", "../a/b", "/"])
def test_a_path_is_a_link_where_its_key_names_a_resource(key: str, value: str) -> None:
    assert hrefs(f"---\n{key}: {value}\n---\n") == [value]
    assert hrefs(f"+++\n{key.replace('.', '_')} = '{value}'\n+++\n") == [value]


@pytest.mark.parametrize(
    "line",
    [
        "permalink: /a",
        "redirect_from: /a",
        "title: /a",
        "urls: /a",
        "url: a",
        "url: /a b",
        "image: 1",
    ],
)
def test_other_values_are_no_links(line: str) -> None:
    assert hrefs(f"---\n{line}\n---\n") == []


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("a: https://a.example/b", ["https://a.example/b"]),
        ("a: https://a.example/b,c.", ["https://a.example/b,c."]),
        ("a: See https://a.example/b.", ["https://a.example/b"]),
        ("https://a.example/key: b", []),
        ("? https://a.example/key\n: https://b.example/", ["https://b.example/"]),
        (
            "a: [https://a.example/, {b: https://b.example/}]",
            ["https://a.example/", "https://b.example/"],
        ),
        ("a: 'https://a.example/it''s'", ["https://a.example/it's"]),
        ('a: "https://a.example/\\x41"', ["https://a.example/A"]),
        ("a: ' https://a.example/ '", ["https://a.example/"]),
        (
            "a: >\n  https://a.example/\n  https://b.example/",
            ["https://a.example/", "https://b.example/"],
        ),
        ("a: &x https://a.example/\nb: *x\n*x : c", ["https://a.example/"]),
        ("a: !!str &x # why\n  https://a.example/", ["https://a.example/"]),
        ("images: [/a, {other: b}, /c]", []),
        ("image: [/a, {other: b, src: /d}, /c]", ["/a", "/d", "/c"]),
        ("list:\n  - url: /a\n  - /b", ["/a"]),
        ("image:\n  other: {x: y}\nz: /a", []),
        ("a: b # https://a.example/", []),
    ],
)
def test_yaml_values_are_read_wherever_they_stand(block: str, expected: list[str]) -> None:
    assert hrefs(f"---\n{block}\n---\n") == expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ('a = ["https://a.example/"]\nurl = "/b"\nc = "https://c.example/"', None),
        (
            'a = "See https://a.example/ and https://b.example/."',
            ["https://a.example/", "https://b.example/"],
        ),
        ('"cover" = "/a"\nx.src = \'/b\'\ntitle = "/c"', ["/a", "/b"]),
        ('a = """\nhttps://a.example/\n"""', ["https://a.example/"]),
    ],
)
def test_toml_values_are_read_in_their_order(block: str, expected: list[str] | None) -> None:
    every = ["https://a.example/", "/b", "https://c.example/"]

    assert hrefs(f"+++\n{block}\n+++\n") == (every if expected is None else expected)


@pytest.mark.parametrize(
    "text",
    [
        '---\nurl: "https://a.example/é"\nb: &x "/c"\nimage: !!str \'/d\'\nt: (https://e.example/)\n---\n',
        "+++\nurl = '/a'\nb = ['https://b.example/', \"https://c.example/\"]\n+++\n",
    ],
)
def test_each_value_stands_where_it_says(text: str) -> None:
    values = frontmatter.read(text).values

    assert len(values) >= 3
    assert [text[value.start : value.end] for value in values] == [value.href for value in values]
    assert sorted(values, key=lambda value: value.start) == list(values)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("---\na: [\n---\n", " at line 4"),
        ("---\na: b: c\n---\n", " at line 2"),
        ('---\na: "\\UFFFFFFFF"\n---\n', " at line 2"),
        (f"---\n%YAML {'1' * 5000}.1\n---\n", " at line 2"),
        ("---\na: \x07\n---\n", ""),
        ("+++\na = \n+++\n", ""),
        (f"+++\na = {'1' * 5000}\n+++\n", ""),
    ],
)
def test_what_is_malformed_is_remarked_and_read_as_plain_text(text: str, where: str) -> None:
    fence = text[:3]
    front = frontmatter.read(text.replace(f"\n{fence}\n", f"\n# https://a.example/\n{fence}\n"))

    assert front.remark == f"the front matter is malformed{where}; read as plain text"
    assert [value.href for value in front.values] == ["https://a.example/"]


@pytest.mark.parametrize(
    "block",
    [
        f"a: {'[' * 60_000}",
        f"a: {'{' * 60_000}",
        f"a: {'[' * 65}{']' * 65}\nurl: /lost",
        f"a: {'x' * 65_536}\nurl: /lost",
    ],
)
def test_yaml_too_deep_or_too_long_is_read_as_plain_text(block: str) -> None:
    front = frontmatter.read(f"---\n{block}\nb: https://b.example/\n---\nbody")

    assert [value.href for value in front.values] == ["https://b.example/"]
    assert front.remark is None


@pytest.mark.parametrize(
    "block", [f"a = {'[' * 60_000}", f"{'a.' * 30_000}a = 1", f"b = {{{'a.' * 201}a = 1}}"]
)
def test_toml_too_deep_is_read_as_plain_text(block: str) -> None:
    front = frontmatter.read(f"+++\n{block}\nurl = '/lost'\nb = 'https://b.example/'\n+++\nbody")

    assert [value.href for value in front.values] == ["https://b.example/"]
    assert front.remark is None


def test_many_brackets_beside_each_other_are_not_deep() -> None:
    block = "".join(f"a{number}: [[/a], {{url: /b}}]\n" for number in range(100))

    assert hrefs(f"---\n{block}x: ']]]]'\n---\n") == ["/b"] * 100
