"""One target under atheris, in a process of its own: libFuzzer ends it when it is done."""

import sys


def main() -> None:
    """Fuzz the target that is named first; what follows are libFuzzer's own options."""
    import atheris  # noqa: PLC0415 - only who fuzzes has it

    with atheris.instrument_imports(include=["crawler"]):
        from fuzz.targets import BY_NAME  # noqa: PLC0415 - so that atheris sees it imported

    target = BY_NAME[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target.feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
