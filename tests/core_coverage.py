"""Run after the tests: the pure core must be covered whole, branches and all."""

import sys

import coverage

CORE = (
    "addresses", "advice/*", "anchors", "assemble", "bare", "catalogue", "chains", "charset",
    "collect", "conditional", "dates", "decoding", "detection", "documents/*", "domains", "facts",
    "files", "fragments", "frontier", "frontmatter", "health", "homing", "hosts", "hypertext",
    "jsonld", "kept", "language", "listing", "look", "markup", "model", "network", "outage",
    "outline", "pacing", "packing", "page", "pages", "parameters", "paths", "pdf", "pointers",
    "probe", "reasons", "records", "refresh", "reports/*", "rows", "scratch", "settings",
    "shortening", "siblings", "signatures", "signs", "sites", "slugs", "spans", "statements",
    "story", "text", "titles", "urls", "verdicts", "views", "visible", "wrappers",
)  # fmt: skip


def main() -> int:
    measured = coverage.Coverage()
    measured.load()
    files = [f"crawler/{name}.py" for name in CORE]
    total = measured.report(include=files, show_missing=True, skip_covered=True)
    if total < 100:
        print(f"The core is covered to {total:.2f} %; it must be 100 %.")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
