"""From bytes to a title: encodings of the web, declared in every place, nowhere, and falsely."""

# ruff: noqa: RUF001 - many scripts, with letters that look alike

import codecs

import pytest

from crawler.model import Response
from crawler.page import read_page

# label, Python's codec of its full extent, a title, a sentence of a page
TEXTS = [
    ("windows-1250", "cp1250", "Żółte łódki na wodzie",
     "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw"),
    ("iso-8859-2", "iso-8859-2", "Żółte łódki na wodzie",
     "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw"),
    ("windows-1250", "cp1250", "Příručka pro začátečníky",
     "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv"),
    ("iso-8859-2", "iso-8859-2", "Tanulás és tűrés: bevezető",
     "Minden emberi lény szabadon születik és egyenlő méltósága és joga van"),
    ("windows-1251", "cp1251", "Учебник по программированию",
     "Все люди рождаются свободными и равными в своем достоинстве и правах"),
    ("iso-8859-5", "iso-8859-5", "Учебник по программированию",
     "Все люди рождаются свободными и равными в своем достоинстве и правах"),
    ("koi8-r", "koi8-r", "Учебник по программированию",
     "Все люди рождаются свободными и равными в своем достоинстве и правах"),
    ("windows-1251", "cp1251", "Підручник з програмування",
     "Всі люди народжуються вільними і рівними у своїй гідності та правах"),
    ("windows-1251", "cp1251", "Учебник по програмиране",
     "Всички хора се раждат свободни и равни по достойнство и права"),
    ("windows-1252", "cp1252", "Größere Übersicht der Bücher",
     "Alle Menschen sind frei und gleich an Würde und Rechten geboren"),
    ("windows-1252", "cp1252", "Été à la campagne – l’œuvre",
     "Tous les êtres humains naissent libres et égaux en dignité et en droits"),
    ("windows-1252", "cp1252", "Programación para niños",
     "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados"),
    ("windows-1252", "cp1252", "Introdução à programação",
     "Todos os seres humanos nascem livres e iguais em dignidade e em direitos"),
    ("windows-1252", "cp1252", "The “smart” guide – café",
     "We don’t know what it is, but it’s “here” — and that’s that. The naïve café owne"),
    ("iso-8859-15", "iso-8859-15", "Le cœur de l'œuvre à 5 €",
     "Tous les êtres humains naissent libres et égaux en dignité et en droits. Le cœur"),
    ("windows-1253", "cp1253", "Ελληνικό εγχειρίδιο",
     "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώμα"),
    ("iso-8859-7", "iso-8859-7", "Ελληνικό εγχειρίδιο",
     "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώμα"),
    ("windows-1254", "cp1254", "Başlangıç için Türkçe kılavuz",
     "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar"),
    ("windows-1255", "cp1255", "מדריך למתחילים בתכנות",
     "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם"),
    ("windows-1256", "cp1256", "دليل البرمجة للمبتدئين",
     "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق"),
    ("windows-1257", "cp1257", "Pradžiamokslis žmonėms",
     "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis"),
    ("windows-874", "cp874", "คู่มือสำหรับผู้เริ่มต้น",
     "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ ต่างมีเหตุผลและม"),
    ("shift_jis", "cp932", "日本語のプログラミング入門",
     "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて"),
    ("x-sjis", "cp932", "①髙橋さんの入門書",
     "すべての人間は、生まれながらにして自由であり、①髙橋、㈱山﨑、かつ、尊厳"),
    ("euc-jp", "euc-jp", "日本語のプログラミング入門",
     "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて"),
    ("gbk", "gb18030", "编程入门教程",
     "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系"),
    ("gb18030", "gb18030", "镕基与編程入門",
     "人人生而自由,在尊严和权利上一律平等。朱镕基,編程入門教程。他们赋有理性"),
    ("big5", "big5hkscs", "程式設計入門教學",
     "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心,並應以兄弟關係"),
    ("big5-hkscs", "big5hkscs", "港鐵嘅入門教學",
     "人人生而自由,在尊嚴和權利上一律平等。港鐵嘅佢哋賦有理性和良心,並應以兄"),
    ("euc-kr", "cp949", "초보자를 위한 프로그래밍",
     "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등"),
    ("ks_c_5601-1987", "cp949", "똠방각하 입문서",
     "모든 인간은 태어날 때부터 자유로우며 똠방각하 그 존엄과 권리에 "),
]  # fmt: skip
HEAD = "<!doctype html><html><head>{}<title>{}</title></head><body><p>{}</p>"
CONTENT = "text/html; charset={}"
META = "<meta charset='{}'>"
EQUIVALENT = '<meta http-equiv="Content-Type" content="text/html; charset={}">'
XML = '<?xml version="1.0" encoding="{}"?><html xmlns="http://www.w3.org/1999/xhtml">'


def title(body: bytes, content_type: str = "text/html") -> str | None:
    page = read_page(Response(200, {"content-type": content_type}, body))
    node = page.tree.css_first("title") if page else None
    return node.text() if node else None


@pytest.mark.parametrize("place", ["header", "meta", "equivalent", "xml", "nowhere", "falsely"])
@pytest.mark.parametrize(("label", "codec", "name", "text"), TEXTS)
def test_a_title_is_read_in_its_encoding(
    label: str, codec: str, name: str, text: str, place: str
) -> None:
    header = CONTENT.format(label) if place == "header" else "text/html"
    declaration = {
        "meta": META.format(label),
        "equivalent": EQUIVALENT.format(label),
        "xml": "",
        "falsely": META.format("utf-8"),
    }.get(place, "")
    page = HEAD.format(declaration, name, text)
    if place == "xml":
        page = XML.format(label) + page
    assert title(page.encode(codec), header) == name


@pytest.mark.parametrize("place", ["header", "meta", "equivalent", "xml", "nowhere", "mark"])
@pytest.mark.parametrize("name", ["Größe", "日本語", "Привет 🎈"])
def test_a_title_is_read_in_utf_8(name: str, place: str) -> None:
    declaration = {"meta": META.format("UTF-8"), "equivalent": EQUIVALENT.format("utf8")}
    body = HEAD.format(declaration.get(place, ""), name, "").encode()
    body = {"xml": XML.format("utf-8").encode(), "mark": codecs.BOM_UTF8}.get(place, b"") + body
    header = CONTENT.format("Utf-8") if place == "header" else "text/html"
    assert title(body, header) == name


@pytest.mark.parametrize("place", ["header", "nowhere", "falsely", "mark"])
@pytest.mark.parametrize(
    ("codec", "mark"), [("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)]
)
def test_a_title_is_read_in_utf_16(codec: str, mark: bytes, place: str) -> None:
    body = HEAD.format(META.format("utf-8"), "Größe 日本語 🎈", "").encode(codec)
    header = {"header": codec, "falsely": "utf-8", "mark": "koi8-r"}.get(place)
    body = mark + body if place == "mark" else body
    assert title(body, CONTENT.format(header) if header else "text/html") == "Größe 日本語 🎈"


@pytest.mark.parametrize(
    ("truth", "header", "inside", "name"),
    [
        ("windows-1251", "windows-1251", META.format("koi8-r"), "Привет"),
        ("koi8-r", "koi8-r", EQUIVALENT.format("windows-1251"), "Привет"),
        ("shift_jis", "shift_jis", META.format("euc-jp"), "日本語"),
        ("utf-8", "utf-8", META.format("iso-8859-1"), "Größe"),
        ("utf-8", None, META.format("utf-16"), "Größe"),
        ("cp1252", None, META.format("x-user-defined"), "Größe"),
        ("cp1252", None, META.format("iso-8859-1"), "“smart” €"),
        ("cp1252", "us-ascii", "", "“smart” €"),
        ("cp1254", "iso-8859-9", "", "şehir “smart”"),
        ("cp1255", None, META.format("iso-8859-8-i"), "שלום"),
        ("cp874", "tis-620", "", "สวัสดี…"),
        ("gb18030", "gb2312", "", "繁體字 €"),
        ("cp932", "ms_kanji", "", "①髙﨑"),
        ("euc_jis_2004", "euc-jp", "", "①㈱日本"),
        ("cp1251", "bogus", META.format("windows-1251"), "Привет"),
        ("cp1251", "utf-7", META.format("cp1251"), "Привет"),
    ],
)
def test_where_declarations_conflict_the_stronger_is_believed(
    truth: str, header: str | None, inside: str, name: str
) -> None:
    body = HEAD.format(inside, name, "").encode(truth)
    assert title(body, CONTENT.format(header) if header else "text/html") == name
