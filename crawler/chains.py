"""Chains of certificates that end at no known issuer: can browsers repair them, or nobody?

DER is read here just far enough for that (RFC 5280 §4.1). Nothing is ever trusted for what is
found; it decides only between two ways of saying that a certificate could not be verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0  # [0] EXPLICIT
_EXTENSIONS: Final = 0xA3  # [3] EXPLICIT
_URI: Final = 0x86  # GeneralName, [6] IA5String
_AUTHORITY_INFORMATION: Final = bytes.fromhex("2b06010505070101")  # RFC 5280 §4.2.2.1
_ISSUERS: Final = bytes.fromhex("2b06010505073002")  # id-ad-caIssuers
_LONGEST: Final = 4  # octets of a length: more would be gigabytes

Element: TypeAlias = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class _Certificate:
    """What decides: two names as they stand in DER, and where the issuer can be fetched."""

    subject: bytes
    issuer: bytes
    fetchable: bool


def certainly_untrusted(chain: Sequence[bytes]) -> bool:
    """Tell whether fetching could not help a chain that ends at no known issuer, the leaf first.

    It could if the topmost certificate names an http address of its issuer: the server merely
    forgot to send that one, and browsers go and get it. It could not if there is no such address,
    or if everything was sent up to a root, which is then simply not a trusted one.
    What cannot be read proves nothing.
    """
    try:
        certificates = [_certificate(der) for der in chain]
    except ValueError:
        return False
    if not certificates:
        return False
    top = _topmost(certificates)
    return top.subject == top.issuer or not top.fetchable


def _topmost(certificates: Sequence[_Certificate]) -> _Certificate:
    top = certificates[0]
    left = list(certificates[1:])
    while top.subject != top.issuer:
        issuer = next((each for each in left if each.subject == top.issuer), None)
        if issuer is None:
            break
        left.remove(issuer)
        top = issuer
    return top


def _certificate(der: bytes) -> _Certificate:
    (certificate,) = _elements(der)
    signed, *_signature = _elements(_inside(certificate))
    fields = _elements(_inside(signed))
    if fields and fields[0][0] == _VERSION:
        fields = fields[1:]
    _serial, _algorithm, issuer, _validity, subject, _key, *rest = fields
    extensions = next((content for tag, content in rest if tag == _EXTENSIONS), b"")
    fetchable = any(map(_names_issuers, _elements(extensions)))
    return _Certificate(_inside(subject), _inside(issuer), fetchable)


def _names_issuers(extensions: Element) -> bool:
    for extension in _elements(_inside(extensions)):
        (_, name), *_critical, (_, value) = _elements(_inside(extension))
        if name == _AUTHORITY_INFORMATION:
            (descriptions,) = _elements(value)
            return any(map(_is_address, _elements(_inside(descriptions))))
    return False


def _is_address(description: Element) -> bool:
    """Tell whether an access description leads to the issuer by http: browsers take no other."""
    (_, method), (tag, location) = _elements(_inside(description))
    return method == _ISSUERS and tag == _URI and location.lower().startswith(b"http://")


def _inside(element: Element) -> bytes:
    tag, content = element
    if tag != _SEQUENCE:
        raise ValueError("not a sequence")
    return content


def _elements(data: bytes) -> list[Element]:
    """Split DER into its elements. Raises `ValueError` for what is none."""
    elements: list[Element] = []
    at = 0
    while at < len(data):
        tag, size, begin = data[at], *_size(data, at + 1)
        end = begin + size
        if end > len(data):
            raise ValueError("cut short")
        elements.append((tag, data[begin:end]))
        at = end
    return elements


def _size(data: bytes, at: int) -> tuple[int, int]:
    """Return the size of an element's content, and where that begins: X.690 §8.1.3."""
    first = data[at : at + 1]
    if not first:
        raise ValueError("cut short")
    if first[0] < 0x80:  # noqa: PLR2004 - the short form
        return first[0], at + 1
    width = first[0] & 0x7F
    octets = data[at + 1 : at + 1 + width]
    if not 0 < width <= _LONGEST or len(octets) < width:
        raise ValueError("no length")
    return int.from_bytes(octets, "big"), at + 1 + width
