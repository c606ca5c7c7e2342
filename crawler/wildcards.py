"""Paths by pattern: rules as `.gitignore` has them, and patterns as shells know them.

All in linear time, for patterns and names may be a stranger's: a path is matched component by
component, with all that a `**` may stand for at once; inside a component a star takes as little as
it can, and never gives it back (an atomic group): what follows it up to the next star has a fixed
length, so that the first place where it fits is as good as any.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

MAGIC: Final = re.compile(r"[*?\[]")
_ANY: Final = "**"
_NEVER: Final = "(?!)"
_MAX_COMPONENTS: Final = 32
"""Of a rule: nobody writes that many, and each may cost time at each level of a deep tree."""
_MAX_LENGTH: Final = 4096

# The classes of POSIX, in ASCII as git has them.
_CLASSES: Final = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \t", "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~",
    "punct": "!-/:-@\\[-`{-~", "space": " \t\n\r\f\v", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip

# One component of a path: a literal name, `**` (None), or what a name must match.
Component: TypeAlias = "str | re.Pattern[str] | None"
States: TypeAlias = frozenset[int]


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A pattern of whole paths. `**` stands for any directories, and at the end for all in them.

    A path is told apart on the way down: `start`, `step` for each component, `ends` where it does.
    `hidden`: also for names that begin with a full stop.
    """

    components: tuple[Component, ...]
    hidden: bool = True

    def start(self) -> States:
        """Return what may come first."""
        return frozenset(self._reached(0))

    def step(self, states: States, name: str) -> States:
        """Return what may come behind one more component; nothing if it does not fit."""
        return frozenset(
            after
            for state in states
            if state < len(self.components)
            for after in self._after(state, name)
        )

    def ends(self, states: States) -> bool:
        """Tell whether the path is whole."""
        return len(self.components) in states

    def matches(self, path: str) -> bool:
        """Tell whether a path matches as a whole."""
        states = self.start()
        for name in path.split("/"):
            states = self.step(states, name)
            if not states:
                return False
        return self.ends(states)

    def _after(self, state: int, name: str) -> Iterator[int]:
        component = self.components[state]
        if component is None:
            if not self.hidden and name.startswith("."):
                return
            yield state
            if state == len(self.components) - 1:  # at the end it stands for one name or more
                yield state + 1
            else:
                yield from self._reached(state + 1)
        elif _fits(component, name):
            yield from self._reached(state + 1)

    def _reached(self, state: int) -> Iterator[int]:
        yield state
        while state < len(self.components) - 1 and self.components[state] is None:
            state += 1
            yield state


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line of a file of rules: without a slash it is about names, else about paths."""

    keeps: bool
    directories: bool
    name: Component = None
    path: PathPattern | None = None

    def matches(self, path: str, name: str) -> bool:
        if self.path:
            return self.path.matches(path)
        return self.name is None or _fits(self.name, name)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one file, by the grammar of `.gitignore`."""

    rules: tuple[_Rule, ...]

    def say(self, path: str, *, directory: bool = False) -> bool | None:
        """Tell whether the last rule that fits ignores a path or keeps it; None without any.

        `path` is relative to where the file of rules stands.
        """
        name = path.rpartition("/")[2]
        for rule in reversed(self.rules):
            if (directory or not rule.directories) and rule.matches(path, name):
                return not rule.keeps
        return None

    def ignore(self, path: str, *, directory: bool = False) -> bool:
        """Tell whether a path is ignored, be it itself or by a directory that it is in."""
        at = path.find("/")
        while at >= 0:
            if self.say(path[:at], directory=True):
                return True
            at = path.find("/", at + 1)
        return bool(self.say(path, directory=directory))


def rules(lines: Iterable[str]) -> Rules:
    """Read rules; what is none is passed over, as git does."""
    return Rules(tuple(rule for line in lines if (rule := _rule(line))))


def path_pattern(parts: Sequence[str], *, hidden: bool = False) -> PathPattern:
    """Read a pattern as shells know it: no backslash escapes, and stars spare hidden names.

    `hidden`: they do not.
    """
    components = tuple(_shell_component(part, hidden=hidden) for part in _merged(parts))
    return PathPattern(components, hidden)


def _shell_component(part: str, *, hidden: bool) -> Component:
    if part == _ANY:
        return None
    if not MAGIC.search(part):
        return part
    spared = "" if hidden or part.startswith(".") else r"(?!\.)"
    return re.compile(spared + _regex(part, escapes=False), re.DOTALL)


def _rule(line: str) -> _Rule | None:
    text = _trimmed(line)
    if not text or text.startswith("#"):
        return None
    keeps = text.startswith("!")
    text = text.removeprefix("!")
    directories = text.endswith("/")
    text = text.removesuffix("/")
    if not text:
        return None
    if "/" not in text:
        return _Rule(keeps, directories, _component(text))
    parts = text.removeprefix("/").split("/")
    if len(parts) > _MAX_COMPONENTS or len(text) > _MAX_LENGTH:
        return None
    return _Rule(keeps, directories, path=PathPattern(tuple(map(_component, _merged(parts)))))


def _merged(parts: Sequence[str]) -> Iterator[str]:
    """Yield components; several `**` in a row say what one does."""
    pairs = zip(parts, ("", *parts), strict=False)
    return (part for part, before in pairs if not part == before == _ANY)


def _trimmed(line: str) -> str:
    """Leave out spaces at the end, but for one behind a backslash."""
    text = line.removesuffix("\r")
    bare = text.rstrip(" ")
    if len(bare) < len(text) and (len(bare) - len(bare.rstrip("\\"))) % 2:
        return f"{bare} "
    return bare


def _component(part: str) -> Component:
    if part == _ANY:
        return None
    if not MAGIC.search(part) and "\\" not in part:
        return part
    return re.compile(_regex(part, escapes=True), re.DOTALL)


def _fits(component: "str | re.Pattern[str]", name: str) -> bool:
    if isinstance(component, str):
        return component == name
    return component.fullmatch(name) is not None


@lru_cache(maxsize=1024)
def _regex(part: str, *, escapes: bool) -> str:
    """Return what a component of a pattern says, as a regular expression of linear time.

    >>> _regex("a*b*c", escapes=True)
    'a(?>.*?b).*c'
    """
    pieces, at = [""], 0
    while at < len(part):
        if part[at] == "*":
            pieces.append("")
            at += 1
            continue
        piece, at = _one(part, at, escapes=escapes)
        pieces[-1] += piece
    first, *rest = pieces
    if not rest:
        return first
    *between, last = rest
    return first + "".join(f"(?>.*?{piece})" for piece in between if piece) + f".*{last}"


def _one(part: str, at: int, *, escapes: bool) -> tuple[str, int]:
    """Read one character of a pattern; return what it stands for, and where the next one is."""
    character = part[at]
    if character == "?":
        return ".", at + 1
    if character == "\\" and escapes:
        return (re.escape(part[at + 1]), at + 2) if at + 1 < len(part) else (_NEVER, at + 1)
    if character == "[":
        found = _class(part, at + 1, escapes=escapes)
        return found or (_NEVER if escapes else r"\[", at + 1)
    return re.escape(character), at + 1


def _class(part: str, at: int, *, escapes: bool) -> tuple[str, int] | None:
    """Read a class of characters behind its bracket; None if it has no end."""
    if part.find("]", at) < 0:
        return None
    negated = part[at] in "!^"
    at += negated
    first, found = at, ""
    while at < len(part) and (part[at] != "]" or at == first):
        if part.startswith("[:", at) and (end := part.find(":]", at)) > 0:
            found += _CLASSES.get(part[at + 2 : end], "")
            at = end + 2
            continue
        low, at = _member(part, at, escapes=escapes)
        high = low
        if part.startswith("-", at) and at + 1 < len(part) and part[at + 1] != "]":
            high, at = _member(part, at + 1, escapes=escapes)
        if low <= high:  # a range that is upside down holds nothing
            found += f"{re.escape(low)}-{re.escape(high)}"
    if at >= len(part):
        return None
    if not found:
        return ("." if negated else _NEVER), at + 1
    return f"[{'^' if negated else ''}{found}]", at + 1


def _member(part: str, at: int, *, escapes: bool) -> tuple[str, int]:
    if escapes and part[at] == "\\" and at + 1 < len(part):
        return part[at + 1], at + 2
    return part[at], at + 1
