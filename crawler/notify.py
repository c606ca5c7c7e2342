"""Hooks: whoever the operator wants told of what a run has changed. A command, or a POST.

Both are the operator's own word: the command is run as it is written, without a shell, and the URL
may be one of a private network. Neither may hold up a run, and what goes wrong is a sentence and
never more: by then all is recorded. Nothing of a URL but its host is ever printed, nor of a command
but its name: the rest may be a secret.
"""

import asyncio
import base64
import os
import shlex
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

import httpcore
import httpx

from crawler.errors import SettingsError
from crawler.guard import Guard, NameLookupError
from crawler.obstacles import ProxyError, causes
from crawler.proxied import ProxiedTransport
from crawler.settings import Settings
from crawler.standard import GuardedBackend, StandardTransport

SECONDS: Final = 30.0
"""How long a hook may take, all in all."""

# An address of any network: the operator has named the host.
_ANYWHERE: Final = ("0.0.0.0/0", "::/0")


def notify(settings: Settings, changes: str, seconds: float = SECONDS) -> Iterator[str]:
    """Hand changes, as JSON, to each hook; yield a sentence for each that failed."""
    hooks = settings.notify
    if hooks.notify and (trouble := _run(shlex.split(hooks.notify), changes, seconds)):
        yield f"--notify {hooks.notify.split()[0]}: {trouble}."
    if hooks.notify_url and (trouble := asyncio.run(_sent(settings, changes, seconds))):
        yield f"--notify-url {_shown(hooks.notify_url)}: {trouble}."


def _run(words: list[str], changes: str, seconds: float) -> str:
    """Run a command; return what went wrong, if anything did. What it prints goes to our errors."""
    output = 2 if sys.stderr else subprocess.DEVNULL  # what is closed is not to be opened again
    try:
        # In a session of its own, so that what it has started ends with it.
        process = subprocess.Popen(  # noqa: S603 - the operator's own word
            words, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True
        )
    except (OSError, ValueError) as error:
        return f"cannot be run ({getattr(error, 'strerror', None) or error})"
    try:
        process.communicate(changes.encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"took longer than {seconds:g} seconds, and was ended"
    finally:
        _end(process)
    code = process.returncode
    if code < 0:
        return f"was ended by signal {-code}"
    return f"ended with {code}" if code else ""


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a command that has not ended by itself, with all that it has started."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _sent(settings: Settings, changes: str, seconds: float) -> str:
    """Send a POST; return what went wrong, if anything did. No redirect is followed."""
    try:
        status = await asyncio.wait_for(_post(settings, changes), seconds)
    except TimeoutError:
        return f"no answer within {seconds:g} seconds"
    except SettingsError as error:
        return str(error).rstrip(".")
    except (httpx.HTTPError, httpcore.ConnectError, OSError) as error:
        return _words(error)
    if 300 <= status < 400:  # noqa: PLR2004 - RFC 9110 §15.4
        return f"answered with a redirect (HTTP {status}), which is not followed: name its target"
    return "" if 200 <= status < 300 else f"answered with HTTP {status}"  # noqa: PLR2004


async def _post(settings: Settings, changes: str) -> int:
    """Send a POST the way that links are asked, and return the status; its body is not read."""
    url = httpx.URL(settings.notify.notify_url or "")
    headers = {"content-type": "application/json", "user-agent": settings.fetch.user_agent}
    if url.userinfo:
        login = unquote(url.userinfo.decode()).encode()
        headers["authorization"] = f"Basic {base64.b64encode(login).decode()}"
    request = httpx.Request("POST", url, headers=headers, content=changes.encode())
    request.extensions = {"target": url.raw_path}
    fetch = replace(settings.fetch, allow_address=_ANYWHERE)
    guard = Guard(fetch)
    transport: httpx.AsyncBaseTransport
    if fetch.proxy:
        transport = ProxiedTransport(fetch, settings.pace, guard, fetch.proxy)
    else:
        transport = StandardTransport(fetch, settings.pace, GuardedBackend(guard))
    try:
        response = await transport.handle_async_request(request)
        await response.aclose()
        return response.status_code
    finally:
        await transport.aclose()
        await guard.close()


def _words(error: BaseException) -> str:
    """Say what stands in the way; never in the words of a library, which may hold the URL."""
    if any(isinstance(each, NameLookupError) for each in causes(error)):
        return "its host's name cannot be looked up"
    if any(isinstance(each, ProxyError) for each in causes(error)):
        return "the proxy does not lead there"
    secured = any(isinstance(each, ssl.SSLError) for each in causes(error))
    return "no secure connection could be made" if secured else "cannot be reached"


def _shown(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}"
