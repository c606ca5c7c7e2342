"""Certificates of the hostile web, good and bad, made anew for each process."""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from certificates import FETCH, issued, server_side
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from trustme import CA, Blob, LeafCert

DOMAIN: Final = "site.test"
NAMES: Final = (f"*.{DOMAIN}", f"*.{DOMAIN}.elsewhere.test")
_DAY: Final = timedelta(days=1)
_VERSIONS: Final = {"tls-1.2": ssl.TLSVersion.TLSv1_2, "tls-1.3": ssl.TLSVersion.TLSv1_3}


class Certificates:
    """One authority that the crawler is told to trust, and what sites show to it."""

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.trusted = CA()
        stranger, between = CA(), self.trusted.create_child_ca()
        good = self.trusted.issue_cert(*NAMES)
        whole = between.issue_cert(*NAMES)
        unknown = stranger.issue_cert(*NAMES)
        self._contexts = {
            "good": _context(good),
            "tls-1.2": _context(good),
            "tls-1.3": _context(good),
            "expired": _context(self.trusted.issue_cert(*NAMES, not_after=now - _DAY)),
            "future": _context(
                self.trusted.issue_cert(*NAMES, not_before=now + _DAY, not_after=now + 9 * _DAY)
            ),
            "other-host": _context(self.trusted.issue_cert("other.test")),
            "deep-wildcard": _context(self.trusted.issue_cert("*.deep.site.test", "*.test")),
            "many-names": _context(
                self.trusted.issue_cert(*(f"n{number}.test" for number in range(1000)), *NAMES)
            ),
            "self-signed": _self_signed(now),
            "whole-chain": _context(whole),
            "missing-intermediate": _forgetful(),
            "unknown-root": _context(unknown, [*unknown.cert_chain_pems, stranger.cert_pem]),
            "unknown-issuer": _context(unknown, unknown.cert_chain_pems[:1]),
        }
        for name, version in _VERSIONS.items():
            self._contexts[name].minimum_version = version
            self._contexts[name].maximum_version = version
        self._good = good

    def context(self, name: str) -> ssl.SSLContext:
        """How a site with a certificate of this kind speaks TLS."""
        return self._contexts[name]

    def asking(self, version: str) -> ssl.SSLContext:
        """How a site speaks TLS that wants a certificate of the other end."""
        context = _context(self._good)
        context.verify_mode = ssl.CERT_REQUIRED
        self.trusted.configure_trust(context)
        context.minimum_version = context.maximum_version = _VERSIONS[version]
        return context


@cache
def certificates() -> Certificates:
    """The certificates of this process: making them takes a moment."""
    return Certificates()


def _context(leaf: LeafCert, chain: list[Blob] | None = None) -> ssl.SSLContext:
    pems = b"".join(each.bytes() for each in (leaf.cert_chain_pems if chain is None else chain))
    return _loaded(leaf.private_key_pem.bytes() + pems)


def _forgetful() -> ssl.SSLContext:
    """Send the leaf alone; it says where its issuer can be fetched."""
    between = issued("between", issued("root"))
    leaf = issued("leaf", between, fetch=FETCH, host=NAMES[0])
    with TemporaryDirectory() as name:
        return server_side(Path(name), leaf)


def _self_signed(now: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site.test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAMES[0])]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _loaded(private + certificate.public_bytes(pem))


def _loaded(pems: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as name:  # the library reads keys from files only
        path = Path(name) / "key-and-chain.pem"
        path.write_bytes(pems)
        context.load_cert_chain(path)
    return context
