"""Settings as a settings file: what applies, and where each value comes from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from crawler.layers import OPERATOR_ONLY, Layer
from crawler.settings import Settings, knobs
from crawler.urls import mask

HIDDEN: Final = "***"
_SECRET: Final = frozenset({"header", "proxy"})


def dumped(settings: Settings, layers: Sequence[Layer]) -> str:
    """Return the TOML that comes to the same settings, but for secrets.

    Comments only are: what has no value, which TOML cannot say; what holds a secret, masked; and
    what is the operator's alone and was not set, for a file that is merely found may not name it.
    """
    return "".join(f"{line}\n" for line in _lines(settings, layers))


def _lines(settings: Settings, layers: Sequence[Layer]) -> Iterator[str]:
    yield "# What applies here. Save it as crawl.toml, or as a file to be named with --config."
    origins = _origins(layers)
    section = ""
    for each, name, default, words in knobs():
        if each != section:
            section = each
            yield ""
        value = getattr(getattr(settings, section), name)
        origin = origins.get(name) or ("default" if value == default else "environment")
        shown = _masked(name, value)
        line = f"{name} is not set" if value is None else f"{name} = {_toml(shown)}"
        idle = value is None or (name in OPERATOR_ONLY and value == default)
        masked = "; masked" if shown != value else ""
        yield f"# {words} ({origin}{masked})"
        yield f"# {line}" if idle or masked else line


def _origins(layers: Sequence[Layer]) -> Mapping[str, str]:
    return {
        name.replace("-", "_"): _comment(layer.where) if layer.where else "command line"
        for layer in layers
        for name in layer.values
    }


def _masked(name: str, value: Any) -> Any:  # noqa: ANN401 - any setting
    if name == "header":  # 'HOST: Name: value'
        return tuple(_masked_header(one) for one in value)
    if name == "notify_url" and value:  # whoever knows its path may write there
        return f"{'/'.join(mask(value).split('/')[:3])}/{HIDDEN}"
    if name == "notify" and value:
        return f"{value.split()[0]} {HIDDEN}"
    return mask(value) if name in _SECRET and value else value


def _masked_header(header: str) -> str:
    host, _, rest = header.partition(":")
    return f"{host}:{rest.partition(':')[0]}: {HIDDEN}"


def _toml(value: Any) -> str:  # noqa: ANN401 - any setting
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(
        value, str
    ):  # JSON's escapes are TOML's, but for characters beyond the first plane
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _comment(text: str) -> str:
    return text if text.isprintable() else repr(text)
