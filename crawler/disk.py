"""The disk: what is in files, and documents made of it. Nothing else reads documents' files.

A checkout may be a stranger's: only regular files are read, and only up to a size.
"""

import os
import stat
from dataclasses import replace
from pathlib import PurePath
from typing import BinaryIO, Final

from crawler.documents import BY_NAME, format_of
from crawler.model import Document
from crawler.text import clean
from crawler.textfile import decode

MAX_SIZE: Final = 67_108_864
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_POINTER: Final = b"version https://git-lfs.github.com/spec/v"
_LONGEST_POINTER: Final = 1023  # so says its specification
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)


class Unreadable(Exception):  # noqa: N818 - a fact of a file, and no error of ours
    """Why a file cannot be read: the rest of a sentence that begins with its name."""


class NotText(Unreadable):
    """It is no text, and of no format that needs none."""


def read_bytes(path: str | PurePath, *, follow: bool = True) -> bytes:
    """Return what is in a regular file; `follow`: also if the path is a link. Raises `Unreadable`.

    A file that says that it is larger than the limit costs nothing, be it sparse or not.
    """
    try:
        descriptor = os.open(path, _OPEN if follow else _OPEN | _NO_FOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a regular file")
            if status.st_size > MAX_SIZE:
                raise _too_large()
            data = file.read(status.st_size + 1)
            # More than it said: it grows, or is one that the kernel makes up.
            return data if len(data) <= status.st_size else read_stream(file, data)
    except OSError as error:
        raise Unreadable(refusal(error)) from error


def read_stream(stream: BinaryIO, before: bytes = b"") -> bytes:
    """Return what comes from a stream, behind what has come `before`. Raises `Unreadable`."""
    data = before + stream.read(MAX_SIZE + 1 - len(before))
    if len(data) > MAX_SIZE:
        raise _too_large()
    return data


def refusal(error: OSError) -> str:
    """Say what the system said."""
    return f"cannot be read ({error.strerror})"


def _too_large() -> Unreadable:
    return Unreadable(f"is larger than {MAX_SIZE // 1_048_576} MiB")


def document(name: str, otherwise: str, data: bytes, source: str, remarks: list[str]) -> Document:
    """Make a document. `otherwise`: its format, if its name tells none. Raises `Unreadable`."""
    format_ = format_of(name) or BY_NAME[otherwise]
    shown = source if source == "-" else clean(name)
    if data.startswith(_POINTER) and len(data) <= _LONGEST_POINTER:
        raise Unreadable("is in Git LFS, and only a pointer to it is here (`git lfs pull` has it)")
    written = unicode_name(name)
    path = "" if written == name else name
    made = Document(written, format_.name, "", source=unicode_name(source), path=path)
    if format_.binary:
        return replace(made, data=data)
    decoded = decode(data)
    if decoded is None:
        raise NotText("is a binary file, not a document")
    if decoded.remark:
        remarks.append(f"{shown}: {decoded.remark}.")
    return replace(made, text=decoded.text, encoding=decoded.encoding)


def unicode_name(name: str) -> str:
    """Write the bytes of a name that are no Unicode as escapes: no history can hold them."""
    return name.encode("utf-8", "backslashreplace").decode()
