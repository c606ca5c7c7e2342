"""The command line as its users call it; and servers in threads for it to ask, for it blocks."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO, TextIOWrapper
from typing import Any, NamedTuple, TypeAlias

import pytest

from crawler.cli import main


class Done(NamedTuple):
    """How a call ended."""

    code: int
    out: str
    err: str


Crawl: TypeAlias = Callable[..., Done]


def called(
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    captured: pytest.CaptureFixture[str],
    stdin: bytes = b"",
) -> Done:
    """Call `crawl` with some arguments; whatever is wrong, it ends without a traceback."""
    monkeypatch.setattr(sys, "argv", ["crawl", *arguments])
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin)))
    with pytest.raises(SystemExit) as end:
        main()
    out, err = captured.readouterr()
    assert "Traceback" not in err
    return Done(int(end.value.code or 0), out, err)


class Handler(BaseHTTPRequestHandler):
    """Answers requests, and keeps nobody informed of it."""

    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer with a page, or with whatever the headers say it is."""
        self.send_response(status)
        given = {"content-type": "text/html", **headers, "content-length": str(len(body))}
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    """Takes it calmly when we close a connection early, and has room for many at once."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:  # noqa: ANN401
        """Say nothing."""


@contextmanager
def answered_by(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Have a handler answer at a free port of 127.0.0.1, until the block is left."""
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
