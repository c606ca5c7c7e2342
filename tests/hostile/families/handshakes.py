"""TLS: certificates that are not for us, handshakes that come to nothing."""

import ssl
from typing import Final

from hostile.behaviour import (
    PAGE,
    Act,
    Answer,
    Behaviour,
    Peer,
    drip,
    endless,
    hang,
    hang_up,
    hear,
    in_turn,
    reset,
    steps,
)
from hostile.certificates import certificates

_NO_HANDSHAKE: Final = "failing · tls-handshake"
_LATE: Final = "failing · timeout"

_CERTIFICATES: Final = {
    "good": "ok · ok",
    "tls-1.2": "ok · ok",
    "tls-1.3": "ok · ok",
    "whole-chain": "ok · ok",
    "many-names": "ok · ok",
    "expired": "broken · tls-expired",
    "future": "broken · tls-expired",  # browsers too speak of the date, whichever side it is on
    "other-host": "broken · tls-hostname",
    "deep-wildcard": "broken · tls-hostname",
    "self-signed": "broken · tls-untrusted",
    "unknown-root": "broken · tls-untrusted",
    "unknown-issuer": "broken · tls-untrusted",
    "missing-intermediate": "failing · tls-chain",  # the leaf says where the issuer is to be had
}


def _record(kind: int, content: bytes, version: bytes = b"\x03\x03") -> bytes:
    return bytes([kind]) + version + len(content).to_bytes(2, "big") + content


def _alert(description: int) -> bytes:
    """RFC 8446 §6: fatal."""
    return _record(21, bytes([2, description]))


def _server_hello(version: bytes, cipher: bytes = b"\xc0\x2f") -> bytes:
    """RFC 5246 §7.4.1.3: nothing but the choice of a version and a cipher."""
    choice = version + b"\x2a" * 32 + b"\0" + cipher + b"\0"
    return _record(22, b"\x02" + len(choice).to_bytes(3, "big") + choice, version)


def _ask_for_a_certificate(kind: str) -> Act:
    """Shake hands by hand: asyncio would not send the alert that says what was missing."""

    async def act(peer: Peer) -> None:
        context = certificates().asking(kind)
        theirs, ours = ssl.MemoryBIO(), ssl.MemoryBIO()
        connection = context.wrap_bio(theirs, ours, server_side=True)
        while True:
            try:
                connection.do_handshake()
            except ssl.SSLWantReadError:
                await peer.send(ours.read())
                if not (heard := await peer.reader.read(65_536)):
                    return  # they have gone, in the middle of it
                theirs.write(heard)
            except ssl.SSLError:
                break
        await peer.send(ours.read())
        await hear(peer)  # unread bytes would turn the end of the connection into a reset

    return act


# What a server says to the crawler's ClientHello.
_SAID: Final[dict[str, tuple[str, Answer]]] = {
    "no-common-cipher": (_NO_HANDSHAKE, _alert(40)),
    "no-common-version": (_NO_HANDSHAKE, _alert(70)),
    "internal-error": (_NO_HANDSHAKE, _alert(80)),
    "unknown-name": (_NO_HANDSHAKE, _alert(112)),
    "no-certificate-for-you": (_NO_HANDSHAKE, _alert(42)),
    "ssl-3": (_NO_HANDSHAKE, _server_hello(b"\x03\x00")),
    "tls-1.0": (_NO_HANDSHAKE, _server_hello(b"\x03\x01")),
    "tls-1.1": (_NO_HANDSHAKE, _server_hello(b"\x03\x02")),
    "unasked-cipher": (_NO_HANDSHAKE, _server_hello(b"\x03\x03", b"\0\0")),
    "plain-http": (_NO_HANDSHAKE, PAGE),
    "plain-http-400": (_NO_HANDSHAKE, PAGE.replace(b"200 OK", b"400 Bad Request")),
    "garbage": (_NO_HANDSHAKE, b"\xde\xad\xbe\xef" * 100),
    "mail-server": (_NO_HANDSHAKE, b"220 mail.example.org ESMTP\r\n"),
    "record-too-long": (_NO_HANDSHAKE, b"\x16\x03\x03\xff\xff" + b"x" * 70_000),
    "half-a-hello": (_LATE, steps(_server_hello(b"\x03\x03")[:20], hang)),
    "dripping-hello": (_LATE, drip(b"\x16\x03\x03\x3f\xff" + b"\x02\0\x3f\xf0" + b"x" * 999)),
    "empty-records": (_NO_HANDSHAKE, endless(_record(22, b"") * 1000)),
    "client-certificate-1.2": (_NO_HANDSHAKE, _ask_for_a_certificate("tls-1.2")),
    "client-certificate-1.3": (_NO_HANDSHAKE, _ask_for_a_certificate("tls-1.3")),
    "silence": (_LATE, hang),
    "hang-up": (_NO_HANDSHAKE, hang_up),
    "reset": ("failing · connect", reset),
}

BEHAVIOURS: Final = (
    *(
        Behaviour(
            name=f"tls-certificate-{kind.replace('.', '-')}",
            expected=expected,
            site=PAGE,
            certificate=kind,
        )
        for kind, expected in _CERTIFICATES.items()
    ),
    *(
        Behaviour(
            name=f"tls-{name.replace('.', '-')}",
            expected=expected,
            accepts=answer if name.startswith("client") else steps(hear, answer),
            url="https://{http}/",  # to a site that speaks no TLS
        )
        for name, (expected, answer) in _SAID.items()
    ),
    Behaviour(
        name="tls-never-hears",
        expected=_LATE,
        accepts=hang,
        url="https://{http}/",
    ),
    Behaviour(
        name="tls-asked-in-plain",  # http to the port of https: an alert instead of an answer
        expected="failing · protocol",
        accepts=steps(hear, _alert(70)),
    ),
    Behaviour(
        name="tls-passing-trouble",
        expected="ok · ok",
        certificate="good",
        site=in_turn(reset, PAGE),
    ),
)
