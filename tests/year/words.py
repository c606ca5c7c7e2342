"""Sentences with gaps, and what to fill them with: texts that detectors tell apart."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Words(NamedTuple):
    """Sentences take three nouns."""

    sentences: tuple[str, ...]
    nouns: tuple[str, ...]


def _words(sentences: str, nouns: str) -> Words:
    return Words(tuple(sentences.strip().splitlines()), tuple(nouns.split(", ")))


WORDS: Final[Mapping[str, Words]] = {
    "en": _words(
        """
The {0} stands beside the {1}, and nobody remembers which of them came first.
Before you begin with the {0}, make sure that the {1} and the {2} are ready.
In the second chapter we explain how a {0} is joined to a {1}.
Most readers ask about the {0}, although the {1} matters much more than the {2}.
Whoever has never seen a {0} should look at the {1} for a while.
This year the {0} was measured again, with a better {1} and without any {2}.
There are three reasons to prefer a {0} to a {1}, and the {2} is the first.
""",
        "harbour, engine, lantern, garden, compiler, violin, bridge, kettle, telescope, orchard, "
        "railway, notebook, compass, glacier, workshop, antenna, library, furnace, sailboat, "
        "microscope, vineyard, clock, mountain, keyboard, turbine, meadow, circuit, castle",
    ),
    "de": _words(
        """
Neben dem Wort {0} steht das Wort {1}, und niemand weiß, welches zuerst da war.
Bevor man mit {0} beginnt, sollten {1} und {2} bereit liegen.
Im zweiten Kapitel wird erklärt, wie {0} und {1} miteinander verbunden werden.
Die meisten fragen nach {0}, obwohl {1} viel wichtiger ist als {2}.
Wer noch nie etwas von {0} gehört hat, sollte sich zuerst {1} ansehen.
In diesem Jahr wurde {0} noch einmal gemessen, mit {1} und ohne {2}.
""",
        "Hafen, Motor, Laterne, Garten, Übersetzer, Geige, Brücke, Kessel, Fernrohr, Obstwiese, "
        "Eisenbahn, Notizbuch, Kompass, Gletscher, Werkstatt, Antenne, Bücherei, Ofen, Segelboot",
    ),
    "es": _words(
        """
El capítulo sobre {0} está junto al de {1}, y nadie recuerda cuál fue el primero.
Antes de empezar con {0}, conviene tener preparados {1} y {2}.
En la segunda parte se explica cómo se une {0} con {1}.
La mayoría de los lectores pregunta por {0}, aunque {1} importa mucho más que {2}.
Quien nunca haya visto {0} debería mirar primero {1} durante un rato.
Este año se ha vuelto a medir {0}, con {1} y sin {2}.
""",
        "puerto, motor, farol, jardín, compilador, violín, puente, caldera, telescopio, huerto, "
        "ferrocarril, cuaderno, brújula, glaciar, taller, antena, biblioteca, horno, velero",
    ),
    "fr": _words(
        """
Le chapitre sur {0} se trouve à côté de {1}, et personne ne sait lequel fut le premier.
Avant de commencer avec {0}, il faut préparer {1} et {2}.
La deuxième partie explique comment on relie {0} à {1}.
La plupart des lecteurs demandent {0}, bien que {1} compte beaucoup plus que {2}.
Celui qui n'a jamais vu {0} devrait d'abord regarder {1} pendant un moment.
Cette année on a mesuré de nouveau {0}, avec {1} et sans {2}.
""",
        "port, moteur, lanterne, jardin, compilateur, violon, pont, chaudière, télescope, verger, "
        "chemin de fer, cahier, boussole, glacier, atelier, antenne, bibliothèque, four, voilier",
    ),
    "id": _words(
        """
Daftar sekarang dan menangkan {0} setiap hari bersama {1} yang paling terpercaya.
Situs ini memberikan {0} terbesar untuk semua pemain baru dengan {1} dan {2}.
Kami selalu menyediakan {0} yang mudah menang dan {1} tanpa batas untuk Anda.
Jangan lewatkan kesempatan mendapatkan {0}, karena {1} hanya berlaku hari ini.
Layanan pelanggan kami siap membantu selama dua puluh empat jam dengan {0} dan {1}.
""",
        "bonus, hadiah, permainan, keuntungan, kemenangan, putaran gratis, taruhan, jackpot, "
        "kejutan, saldo, promosi, undian",
    ),
    "spam": _words(
        """
Claim your {0} today and enjoy the best {1} that any casino has ever offered.
Our experts compare every {0}, so that you never miss a {1} or a {2} again.
Deposit now, spin the {0} and double your {1} with no wagering at all.
Thousands of players trust our {0} because the {1} is paid out within minutes.
Responsible gambling matters: set a limit before the {0} and keep your {1} safe.
""",
        "welcome bonus, jackpot, free spin, slot machine, roulette wheel, cashback, live dealer, "
        "payout, voucher, blackjack table, betting slip, loyalty reward",
    ),
}
"""By language; `spam` is English too, and about other things."""
