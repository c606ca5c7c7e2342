"""One target under atheris, in a process of its own: libFuzzer ends it when it is done."""

import sys

import atheris

with atheris.instrument_imports(include=["crawler"]):
    from fuzz.targets import BY_NAME

if __name__ == "__main__":
    target = BY_NAME[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target.feed)
    atheris.Fuzz()
