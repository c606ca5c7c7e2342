"""The operator's proxy: how it is written, and what is said to it so that it leads us to a site.

HTTP's CONNECT (RFC 9110 §9.3.6), SOCKS5 (RFC 1928) and its login (RFC 1929). The proxy's own
address is the operator's word. It is always told names, never the addresses that we found for
them: proxies decide by names.
"""

import re
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import unquote_to_bytes, urlsplit

import httpcore

from crawler.errors import SettingsError
from crawler.obstacles import BeyondProxyError, ProxyError, causes

LOGIN_WANTED: Final = 407
_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SOCKS: Final = frozenset({"socks5", "socks5h"})
_LONGEST_HEAD: Final = 16_384
_LONGEST_TEXT: Final = 255  # octets of a name, of a user, of a password in SOCKS5

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?:[ \r]|\Z)")
# Replies by which SOCKS5 says that it tried: RFC 1928 §6. All others say that it would not.
_TRIED: Final = {
    1: "failed",
    3: "no way to its network",
    4: "no way to it",
    5: "it refused",
    6: "too far away",
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy is and how it is spoken to. `user` and `password` are shown nowhere."""

    scheme: str
    host: str
    port: int
    user: bytes | None = field(default=None, repr=False)
    password: bytes = field(default=b"", repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `--proxy`. Raises `SettingsError`, which does not repeat what may be a secret."""
        try:
            parts = urlsplit(text)
            scheme, host = parts.scheme, parts.hostname
            port = parts.port or _PORTS[scheme]
        except (ValueError, KeyError) as error:
            raise _no_proxy() from error
        user = None if parts.username is None else unquote_to_bytes(parts.username)
        password = unquote_to_bytes(parts.password or "")
        extra = parts.path not in ("", "/") or parts.query or parts.fragment
        # What would end the user in HTTP, or has no room in SOCKS5.
        unfit = b":" in (user or b"") or max(len(user or b""), len(password)) > _LONGEST_TEXT
        if not host or extra or unfit or not re.fullmatch(r"[!-~]+", text):
            raise _no_proxy()
        return cls(scheme, host, port, user, password)

    @property
    def tunnels_all(self) -> bool:
        """Whether plain http goes through a tunnel too: SOCKS knows nothing else."""
        return self.scheme in _SOCKS

    @property
    def login(self) -> dict[str, str]:
        """The header that carries the login, if there is one: RFC 7617."""
        if self.user is None:
            return {}
        secret = b64encode(self.user + b":" + self.password).decode()
        return {"proxy-authorization": f"Basic {secret}"}


async def reach(
    proxy: Proxy,
    backend: httpcore.AsyncNetworkBackend,
    context: ssl.SSLContext,
    seconds: float | None,
) -> httpcore.AsyncNetworkStream:
    """Connect to the proxy itself. Raises `ProxyError`."""
    try:
        stream = await backend.connect_tcp(proxy.host, proxy.port, seconds)
        if proxy.scheme == "https":
            stream = await stream.start_tls(context, proxy.host, seconds)
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        insecure = any(isinstance(cause, ssl.SSLError) for cause in causes(error))
        kind = "secure connection" if insecure else "connection"
        raise ProxyError(f"no {kind} to the proxy") from error
    return stream


async def tunnel(
    proxy: Proxy,
    stream: httpcore.AsyncNetworkStream,
    host: str,
    port: int,
    seconds: float | None,
) -> None:
    """Have the proxy lead a connection on to a host. Raises `ProxyError`, `BeyondProxyError`."""
    talk = _Talk(stream, seconds)
    speak = _socks if proxy.scheme in _SOCKS else _connect
    try:
        await speak(proxy, talk, host, port)
    except (httpcore.ReadError, httpcore.WriteError) as error:
        raise ProxyError("the proxy closed the connection") from error
    if talk.unread:  # nobody speaks first in TLS or in HTTP but we
        raise ProxyError("the proxy said more than it was asked")


class _Talk:
    """What is said to a proxy and read of it, in pieces of the sizes that are wanted."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, seconds: float | None) -> None:
        self._stream = stream
        self._seconds = seconds
        self.unread = b""

    async def say(self, words: bytes) -> None:
        await self._stream.write(words, self._seconds)

    async def take(self, size: int) -> bytes:
        while len(self.unread) < size:
            await self._more()
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken

    async def head(self) -> bytes:
        while b"\r\n\r\n" not in self.unread:
            if len(self.unread) > _LONGEST_HEAD:
                raise ProxyError("the proxy answers in no language that we know")
            await self._more()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        return head

    async def _more(self) -> None:
        piece = await self._stream.read(_LONGEST_HEAD, self._seconds)
        if not piece:
            raise ProxyError("the proxy closed the connection")
        self.unread += piece


async def _connect(proxy: Proxy, talk: _Talk, host: str, port: int) -> None:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    lines += [f"{name}: {value}" for name, value in proxy.login.items()]
    await talk.say("\r\n".join([*lines, "", ""]).encode())
    head = await talk.head()
    match = _STATUS.match(head)
    if match is None:
        raise ProxyError("the proxy answers in no language that we know")
    status = int(match[1])
    if not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110 §9.3.6: any 2xx
        raise refusal(status)


def refusal(status: int) -> ProxyError | BeyondProxyError:
    """Return what an unsuccessful answer of the proxy itself means."""
    if status == LOGIN_WANTED:
        return ProxyError(f"the proxy asks for a login: HTTP {status}")
    if status >= 500:  # noqa: PLR2004 - it tried
        return BeyondProxyError(f"the proxy could not reach the site: HTTP {status}")
    return ProxyError(f"the proxy refused: HTTP {status}")


async def _socks(proxy: Proxy, talk: _Talk, host: str, port: int) -> None:
    await talk.say(b"\x05\x01\x00" if proxy.user is None else b"\x05\x01\x02")
    version, method = await talk.take(2)
    if version != 5:  # noqa: PLR2004
        raise ProxyError("the proxy answers in no language that we know")
    if method != (0 if proxy.user is None else 2):
        raise ProxyError("the proxy asks for a login, or for none")
    if proxy.user is not None:
        await talk.say(b"\x01" + _text(proxy.user) + _text(proxy.password))
        if (await talk.take(2))[1] != 0:
            raise ProxyError("the proxy does not accept the login")
    await talk.say(b"\x05\x01\x00" + _destination(host) + port.to_bytes(2, "big"))
    _version, reply, _reserved, kind = await talk.take(4)
    if reply in _TRIED:
        raise BeyondProxyError(f"the proxy could not reach the site: {_TRIED[reply]}")
    if reply != 0:
        raise ProxyError(f"the proxy refused: SOCKS reply {reply}")
    bound = {1: 4, 4: 16}.get(kind) or (await talk.take(1))[0]
    await talk.take(bound + 2)  # where it connected from, which is no matter of ours


def _destination(host: str) -> bytes:
    try:
        address = ip_address(host)
    except ValueError:
        return b"\x03" + _text(host.encode())
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed  # noqa: PLR2004


def _text(octets: bytes) -> bytes:
    # No name in a URL is longer than 253 octets; user and password were measured.
    return bytes([len(octets)]) + octets


def _no_proxy() -> SettingsError:
    return SettingsError(
        "--proxy takes a URL of http, https or socks5, such as http://proxy.example:3128; what "
        "was given is not that."
    )
