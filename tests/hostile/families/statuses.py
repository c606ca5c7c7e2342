"""Statuses: the whole of the policy's table, each with a small page."""

from typing import Final

from hostile.behaviour import HTML, Behaviour, reply

_BY_VERDICT: Final = {
    "ok · ok": (200, 201, 202, 203, 204, 205, 206, 208, 226, 299, 300),
    "failing · protocol": (304,),  # nobody asked whether anything had changed
    "broken · bad-redirect": (301, 302, 303, 305, 307, 308),  # none of them says where to
    "broken · client-error": (400, 405, 411, 413, 414, 426, 431, 450, 498),
    "broken · not-found": (404,),
    "broken · gone": (410,),
    "blocked · auth": (401, 407),
    "blocked · paywall": (402,),
    "blocked · forbidden": (403,),
    "blocked · rejected": (406, 409, 412, 415, 416, 417, 418, 421, 422, 423, 424, 428),
    "blocked · legal": (451,),
    "blocked · rate-limited": (429,),
    "blocked · bot-wall": (999,),
    "blocked · unusual-status": (600, 799),
    "failing · timeout": (408, 425),
    "failing · server-error": (444, 460, 463, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511),
    "failing · origin-error": (520, 521, 522, 523, 524, 527, 530),
    "broken · tls": (525, 526),
}  # fmt: skip

_NO_BODY: Final = frozenset({204, 304})
_WALLS: Final = {
    "cloudflare": (403, "cf-mitigated: challenge"),
    "cloudflare-503": (503, "cf-mitigated: challenge"),
    "vercel": (429, "x-vercel-mitigated: challenge"),
    "amazon": (202, "x-amzn-waf-action: challenge"),
    "amazon-captcha": (405, "x-amzn-waf-action: captcha"),
    "polite": (200, "CF-Mitigated: challenge"),
}


def _answer(status: int) -> bytes:
    body = b"" if status in _NO_BODY else b"<!doctype html><title>A page</title>"
    return reply(f"{status} Words", HTML, body=body)


BEHAVIOURS: Final = (
    *(
        Behaviour(name=f"status-{status}", expected=verdict, site=_answer(status))
        for verdict, statuses in _BY_VERDICT.items()
        for status in statuses
    ),
    *(
        Behaviour(
            name=f"wall-{name}",
            expected="blocked · bot-wall",
            site=reply(f"{status} Words", HTML, line, body=b"Just a moment"),
        )
        for name, (status, line) in _WALLS.items()
    ),
    Behaviour(
        name="status-403-of-an-object-store",
        expected="broken · not-found",
        site=reply(
            "403 Forbidden",
            "content-type: application/xml",
            body=b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>",
        ),
    ),
    Behaviour(
        name="status-created-elsewhere",  # a Location with 201 is no redirect: RFC 9110 §15.3.2
        expected="ok · ok",
        site=reply("201 Created", HTML, "location: http://127.0.0.1:{trap}/"),
    ),
    Behaviour(
        name="status-unmodified-elsewhere",
        expected="failing · protocol",
        site=reply("304 Not Modified", "location: http://127.0.0.1:{trap}/"),
    ),
)
