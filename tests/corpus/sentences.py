"""A few sentences of each language, to fill pages with."""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "de": ("Die Werkstatt liegt am Fluss.", "Wer früh kommt, findet einen Platz am Fenster.", "Im Herbst wird das Holz geschlagen und bis zum Sommer getrocknet.", "Der zweite Teil erklärt, wie man die Teile verbindet.", "Fragen beantworten wir gern."),
    "en": ("The workshop lies by the river.", "Whoever comes early finds a seat at the window.", "In autumn the wood is cut, and it dries until summer.", "The second part explains how the pieces are joined.", "We are glad to answer questions.", "Most of the tools are older than the people who use them."),
    "es": ("El taller está junto al río.", "Quien llega temprano encuentra sitio en la ventana.", "En otoño se corta la madera y se seca hasta el verano.", "La segunda parte explica cómo se unen las piezas."),
    "fr": ("L'atelier se trouve au bord de la rivière.", "Qui vient tôt trouve une place à la fenêtre.", "En automne on coupe le bois, qui sèche jusqu'à l'été.", "La deuxième partie explique l'assemblage."),
    "ja": ("工房は川のそばにあります。", "早く来た人は窓ぎわに座れます。", "秋に木を切り、夏まで乾かします。", "後半では組み立て方を説明します。"),
    "ru": ("Мастерская стоит у реки.", "Кто придёт рано, сядет у окна.", "Осенью рубят лес, и он сохнет до лета.", "Вторая часть объясняет, как соединять детали."),
    "zh": ("作坊在河边。", "来得早的人可以坐在窗边。", "秋天伐木，晾到夏天。", "第二部分讲怎样把零件连接起来。"),
}  # fmt: skip
