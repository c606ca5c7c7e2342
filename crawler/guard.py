"""Names to addresses: looked up once, judged once, for every stack that connects.

What is judged is the address that is then connected to, so no second look-up, no odd spelling and
no redirect gets around it.
"""

import asyncio
import errno
import re
import secrets
import socket
import string
import threading
from collections.abc import Collection
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Final

import httpcore

from crawler import addresses
from crawler.addresses import Route, is_plain, is_six
from crawler.eyeballs import Won, has_cause
from crawler.settings import FetchSettings

# asyncio's own executor has six threads on two cores, each busy for a whole look-up.
DNS_THREADS: Final = 32
DNS_DEADLINE: Final = 10.0

# This machine has no way to any IPv6 address: one such error says so for all hosts.
_NO_SIX: Final = (errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_ENOUGH_HOSTS: Final = 2

_THIS_MACHINE: Final = re.compile(r"(?:.*\.)?localhost\.?")
_GAI_WORDS: Final = {True: "no such name", False: "the name server failed"}


class UnsafeAddressError(httpcore.ConnectError):
    """The address is not of the public internet; it was not asked."""


class NameLookupError(httpcore.ConnectError):
    """The name could not be looked up. `missing`: there is certainly no such name."""

    def __init__(self, words: str, *, missing: bool) -> None:
        super().__init__(words)
        self.missing = missing


class Resolver:
    """Looks names up, each name once at a time; what is found is kept for the run.

    On threads of its own, that nobody waits for: a look-up that hangs can be neither stopped nor
    waited out, and must hold up neither the others nor the end of the program.
    """

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(DNS_THREADS)
        self._names: dict[str, asyncio.Task[list[str]]] = {}

    async def addresses(self, host: str) -> list[str]:
        """Return numeric addresses, the system's preferred first. Raises `NameLookupError`."""
        if host not in self._names:
            self._names[host] = asyncio.create_task(self._look_up(host))  # ended by `close`
        looking = self._names[host]
        try:
            return await asyncio.shield(looking)
        except NameLookupError as error:
            # It may pass: whoever asks again is to look again, unless somebody does already.
            if not error.missing and self._names.get(host) is looking:
                del self._names[host]
            raise

    async def close(self) -> None:
        """Forget everything; do not wait for look-ups that hang."""
        for task in self._names.values():
            task.cancel()
        await asyncio.gather(*self._names.values(), return_exceptions=True)

    async def _look_up(self, host: str) -> list[str]:
        async with self._free:  # the deadline begins when the look-up does
            try:
                found = await asyncio.wait_for(_on_a_thread(host), DNS_DEADLINE)
            except TimeoutError as error:
                raise NameLookupError("no answer from the name server", missing=False) from error
            except socket.gaierror as error:
                missing = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5))
                raise NameLookupError(_GAI_WORDS[missing], missing=missing) from error
            except (UnicodeError, OSError) as error:  # no name that could ever be looked up
                raise NameLookupError("not a name", missing=True) from error
        return list(dict.fromkeys(found))


class Experience:
    """What a run has learned by connecting: where hosts were reached, and whether IPv6 works."""

    def __init__(self) -> None:
        self._reached: dict[str, str] = {}
        self._six_lost: set[str] = set()
        self._six_won = False
        self._no_six = False

    def ordered(self, host: str, places: list[str]) -> list[str]:
        """Return addresses in the order to try them: first the one that worked after all."""
        order = addresses.four_first if self._six_is_broken else addresses.taking_turns
        ordered = order(places)
        known = self._reached.get(host)
        if known in places:
            ordered = [known, *(place for place in ordered if place != known)]
        return ordered

    def moved(self, host: str) -> str | None:
        """Return where a host was reached after its preferred address had failed, if so."""
        return self._reached.get(host)

    def learn(self, host: str, places: list[str], won: Won) -> None:
        """Remember how a race over a host's addresses went."""
        if won.place != places[0]:
            self._reached[host] = won.place
        if is_six(won.place):
            self._six_won = True
            return
        lost = [error for place, error in won.lost.items() if is_six(place)]
        if lost:
            self._six_lost.add(host)
        if any(error is not None and has_cause(error, OSError, *_NO_SIX) for error in lost):
            self._no_six = True

    @property
    def _six_is_broken(self) -> bool:
        """Where IPv6 has worked once, it is the hosts that do not."""
        return not self._six_won and (self._no_six or len(self._six_lost) >= _ENOUGH_HOSTS)


class Guard:
    """Says which addresses a host may be asked at: the operator's word, or judged look-ups."""

    def __init__(self, settings: FetchSettings) -> None:
        self.experience = Experience()
        self._resolver = Resolver()
        self._routes = tuple(map(Route.parse, settings.resolve))
        self._allowed = addresses.networks(settings.allow_address)

    async def places(self, host: str, port: int) -> list[str]:
        """Return the addresses to connect to, at least one, the preferred first.

        Raises `NameLookupError`, or `UnsafeAddressError` if none of them may be asked.
        """
        for route in self._routes:
            if route.matches(host, port):
                return [route.address]  # the operator's word
        found = _known(host) or await self._resolver.addresses(host)
        refusals = {place: addresses.refusal(place, self._allowed) for place in found}
        judged = [place for place, refusal in refusals.items() if refusal is None]
        if judged:
            return self.experience.ordered(host, judged)
        if found:
            raise UnsafeAddressError(refusals[found[0]])
        raise NameLookupError("the name has no address", missing=False)

    def routed(self, host: str, port: int) -> bool:
        """Tell whether the operator said where a name is."""
        return any(route.matches(host, port) for route in self._routes)

    async def judge(self, host: str, port: int) -> None:
        """Refuse what `places` refuses; a name that cannot be looked up here may be known beyond.

        Raises `UnsafeAddressError`, also for an unknown name that no public network has.
        """
        try:
            await self.places(host, port)
        except NameLookupError:
            private = addresses.is_private_name(host)
        else:
            return
        if private:
            raise UnsafeAddressError("a name of a private network")

    async def close(self) -> None:
        """Forget all names."""
        await self._resolver.close()


def _known(host: str) -> list[str]:
    """Return what needs no look-up: an address in its plain spelling, or this machine's names.

    RFC 6761 §6.3: every name that ends so is this machine, whatever a name server makes of it.
    """
    if _THIS_MACHINE.fullmatch(host):
        return ["127.0.0.1", "::1"]
    return [host] if is_plain(host) else []


def _on_a_thread(host: str) -> asyncio.Future[list[str]]:
    """Look a name up on a thread that ends with the program, whatever it is doing."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str] | None, error: OSError | UnicodeError | None) -> None:
        if found.done():  # nobody waits any more
            return
        if error is not None:
            found.set_exception(error)
        else:
            found.set_result(addresses or [])

    def look_up() -> None:
        outcome: tuple[list[str] | None, OSError | UnicodeError | None]
        try:
            places = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            outcome = ([str(place[4][0]) for place in places], None)
        except (OSError, UnicodeError) as error:
            outcome = (None, error)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, *outcome)

    threading.Thread(target=look_up, name=f"name {host}", daemon=True).start()
    return found


async def invents_names(hosts: Collection[str], settings: FetchSettings) -> bool:
    """Tell whether the name server has an address for a name that cannot exist.

    It is asked for one only if all `hosts` are at the very same addresses, of its own giving. The
    name is one of letters under `.invalid`, where nothing ever is (RFC 6761 §6.4); the dot at its
    end keeps the search list of this machine away.
    """
    routes = tuple(map(Route.parse, settings.resolve))
    if any(fnmatchcase(host, route.pattern) for host in hosts for route in routes):
        return False  # the operator's word
    letters = (secrets.choice(string.ascii_lowercase) for _ in range(7 + secrets.randbelow(9)))
    resolver = Resolver()
    try:
        found = {frozenset(await resolver.addresses(host)) for host in hosts}
        return len(found) == 1 and bool(await resolver.addresses(f"{''.join(letters)}.invalid."))
    except NameLookupError:
        return False
    finally:
        await resolver.close()
