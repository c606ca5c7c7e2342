"""Content codings: right in any pieces, and never past the limit."""

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.decoding import Decoder, Undecodable, is_packed, unpacked


def _zlib(data: bytes) -> bytes:
    return zlib.compress(data)


def _raw(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _stored(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=0, mtime=0)


def _plain(data: bytes) -> bytes:
    return data


CODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("", _plain),
    ("identity", _plain),
    ("gzip", _gzip),
    ("X-GZip", _gzip),
    ("gzip", _stored),
    ("deflate", _zlib),
    ("deflate", _raw),
    ("deflate", _gzip),
    ("gzip", _zlib),
    ("identity, gzip,", _gzip),
    ("gzip, gzip", lambda data: _gzip(_gzip(data))),
    ("gzip, gzip", lambda data: _stored(_stored(data))),
    ("deflate, gzip", lambda data: _gzip(_raw(data))),
    (" gzip ,deflate", lambda data: _zlib(_gzip(data))),
]
BODIES = st.binary(max_size=300) | st.builds(
    lambda piece, times: piece * times, st.binary(max_size=9), st.integers(0, 5000)
)


def _fed(decoder: Decoder, data: bytes, size: int) -> bytes:
    for start in range(0, len(data), size):
        decoder.feed(data[start : start + size])
    return bytes(decoder.body)


@given(st.sampled_from(CODINGS), BODIES, st.integers(1, 400))
def test_a_body_is_the_same_in_any_pieces(
    coding: tuple[str, Callable[[bytes], bytes]], body: bytes, size: int
) -> None:
    name, pack = coding
    assert _fed(Decoder(name, len(body) + 1), pack(body), size) == body


@given(st.sampled_from(CODINGS), BODIES, st.integers(1, 400), st.integers(1, 2000))
def test_no_more_than_the_limit_comes_out(
    coding: tuple[str, Callable[[bytes], bytes]], body: bytes, size: int, limit: int
) -> None:
    name, pack = coding
    decoder = Decoder(name, limit)
    assert _fed(decoder, pack(body), size) == body[:limit]
    assert decoder.full is (len(body) >= limit)


@pytest.mark.parametrize("pack", [pack for _, pack in CODINGS[2:]])
def test_a_body_that_is_longer_packed_comes_out_whole_in_one_piece(
    pack: Callable[[bytes], bytes],
) -> None:
    body = random.Random(1).randbytes(1_000_000)  # noqa: S311 - noise that nothing can pack
    name = next(name for name, each in CODINGS if each is pack)
    assert _fed(Decoder(name, len(body)), pack(body), 2_000_000) == body


def test_a_bomb_stays_within_the_memory_of_its_limit() -> None:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    zeros = packer.compress(bytes(1 << 22)) + packer.flush(zlib.Z_FULL_FLUSH)
    bomb = gzip.compress(zeros * 256, mtime=0)  # a gigabyte, packed twice
    assert len(bomb) < 20_000
    limit = 1 << 20
    tracemalloc.start()
    try:
        decoder = Decoder("deflate, gzip", limit)
        decoder.feed(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert decoder.full
    assert decoder.body == bytes(limit)
    assert peak < 8 * limit


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, br", "gzip;q=1", "gzip, gzip, gzip", "*", "é"]
)
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(Undecodable):
        Decoder(coding, 10)


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html>",
        b"\x1f\x8bnonsense",
        b"\x78\x9cnonsense",
        b"\xff\xff\xff",
        b"\x1f\x8b\x08\xff",
    ],
)
@pytest.mark.parametrize("size", [1, 100])
def test_a_body_that_is_not_what_it_says_is_undecodable(data: bytes, size: int) -> None:
    decoder = Decoder("gzip", 100)
    with pytest.raises(Undecodable):
        _fed(decoder, data + bytes(range(256)), size)


def test_what_came_before_the_damage_is_kept() -> None:
    packed = bytearray(_stored(b"a" * 1000))
    packed[-8] ^= 0xFF  # the checksum
    decoder = Decoder("gzip", 10_000)
    with pytest.raises(Undecodable):
        _fed(decoder, bytes(packed), 100)
    assert decoder.body.startswith(b"a" * 900)


def test_a_body_cut_short_gives_what_came() -> None:
    packed = _stored(b"a" * 1000)
    assert _fed(Decoder("gzip", 10_000), packed[:500], 7).startswith(b"a" * 400)


@pytest.mark.parametrize(("name", "pack"), CODINGS[2:])
def test_what_follows_the_end_of_a_body_is_not_read(
    name: str, pack: Callable[[bytes], bytes]
) -> None:
    assert _fed(Decoder(name, 100), pack(b"body") + b"\0rubbish" * 9, 3) == b"body"


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_body_of_nothing_is_nothing(size: int) -> None:
    decoder = Decoder("gzip, gzip", 10)
    decoder.feed(b"")
    assert _fed(decoder, _gzip(_gzip(b"")), size) == b""
    assert not decoder.full


@pytest.mark.parametrize("cut", [1, 7, 30, 1000])
def test_a_series_of_gzip_members_is_one_body(cut: int) -> None:
    packed = gzip.compress(b"hello ") + gzip.compress(b"world") + gzip.compress(b"!")
    whole = Decoder("gzip", 1000)
    whole.feed(packed)
    assert bytes(whole.body) == b"hello world!"
    first = gzip.compress(b"hello ")
    apart = Decoder("gzip", 1000)
    for piece in (first, gzip.compress(b"world")[:cut], gzip.compress(b"world")[cut:]):
        apart.feed(piece)
    assert bytes(apart.body).startswith(b"hello ")


def test_very_many_tiny_members_come_to_an_end() -> None:
    decoder = Decoder("gzip", 10_000)
    decoder.feed(gzip.compress(b"x") * 5000)
    assert 1 < len(decoder.body) <= 10_000


def test_what_stands_behind_the_last_member_is_nothing() -> None:
    decoder = Decoder("gzip", 1000)
    decoder.feed(gzip.compress(b"hello") + b"trailing")
    decoder.feed(b"more")
    assert bytes(decoder.body) == b"hello"


def test_a_packed_file_is_unfolded_as_far_as_its_size_allows() -> None:
    text = random.Random(1).randbytes(50_000) * 4  # noqa: S311 - data, not a secret
    packed = gzip.compress(text)

    assert is_packed(packed)
    assert not is_packed(text)
    assert unpacked(packed, 1_000_000) == (text, True)
    assert unpacked(packed + packed, 1_000_000) == (text + text, True)
    assert unpacked(packed, 100_000) == (text[:100_000], False)
    assert unpacked(packed[:-1], 1_000_000) == (text, False)
    broken, intact = unpacked(b"".join((packed, b"\x1f\x8b", b"\xff" * 70_000)), 1 << 30)
    assert not intact
    assert broken
    assert text.startswith(broken)
    bomb, intact = unpacked(gzip.compress(bytes(50_000_000)), 1 << 30)
    assert not intact
    assert 10_000_000 < len(bomb) < 15_000_000
