"""Silence, hanging up and resets, at every phase of an exchange."""

from typing import Final

from hostile.behaviour import (
    HEAD,
    PAGE,
    Answer,
    Behaviour,
    drip,
    hang,
    hang_up,
    hear,
    in_turn,
    reset,
    steps,
)

_LATE: Final = "failing · timeout"
_CUT: Final = "failing · connect"

# As soon as somebody connects; nothing is read.
_AT_ONCE: Final[dict[str, tuple[str, Answer]]] = {
    "hang": (_LATE, hang),
    "hang-up": (_CUT, hang_up),
    "reset": (_CUT, reset),
}
_AFTER_THE_REQUEST: Final[dict[str, tuple[str, Answer]]] = {
    "hang": (_LATE, hang),
    "hang-up": (_CUT, hang_up),
    "reset": (_CUT, reset),
    "hang-in-status-line": (_LATE, steps(b"HTTP/1.", hang)),
    "hang-up-in-status-line": (_CUT, b"HTTP/1."),
    "reset-in-status-line": (_CUT, steps(b"HTTP/1.", reset)),
    "hang-in-fields": (_LATE, steps(HEAD, hang)),
    "hang-up-in-fields": (_CUT, HEAD),
    "reset-in-fields": (_CUT, steps(HEAD, reset)),
    "hang-after-hints": (_LATE, steps(b"HTTP/1.1 103 Early Hints\r\n\r\n", hang)),
    "drip-status-line": (_LATE, drip(b"HTTP/1.1 200 " + b"O" * 999)),
    "drip-fields": (_LATE, steps(HEAD, drip(b"x-a: b\r\n" * 99, 0.05))),
}
_OVER_TLS: Final[dict[str, tuple[str, Answer]]] = {
    name: _AFTER_THE_REQUEST[name] for name in ("hang", "hang-up", "reset", "hang-in-fields")
}
# Once only; the second try finds the page.
_PASSING: Final[dict[str, Answer]] = {
    "hang": hang,
    "hang-up": hang_up,
    "reset": reset,
    "garbage": b"\xff\xfe\r\n\r\n",
}

BEHAVIOURS: Final = (
    *(
        Behaviour(name=f"at-once-{name}", expected=expected, accepts=answer)
        for name, (expected, answer) in _AT_ONCE.items()
    ),
    *(
        Behaviour(name=f"asked-{name}", expected=expected, site=answer)
        for name, (expected, answer) in _AFTER_THE_REQUEST.items()
    ),
    *(
        Behaviour(name=f"asked-over-tls-{name}", expected=expected, site=answer, certificate="good")
        for name, (expected, answer) in _OVER_TLS.items()
    ),
    *(
        Behaviour(
            name=f"passing-{name}",
            expected="ok · ok",
            site=in_turn(answer, PAGE),
            shows={"title": "There"},
        )
        for name, answer in _PASSING.items()
    ),
    Behaviour(name="refused", expected=_CUT, url="http://{host}:{refused}/"),
    Behaviour(name="refused-over-tls", expected=_CUT, url="https://{host}:{refused}/"),
    Behaviour(name="asked-hang-after-hearing", expected=_LATE, accepts=steps(hear, b"HTTP", hang)),
)
