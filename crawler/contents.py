"""What the documents of a run hold: all that a history learns of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from crawler.model import Document, Place, Verdict
from crawler.urls import Url


@dataclass(frozen=True, slots=True)
class Contents:
    """What the documents of a run hold, for the history.

    `unasked`: the lasting verdicts on URLs that were not asked; `unread`: names of documents, and
    of directories, that could not be read this time; `missed`: sources whose documents were not
    all read.
    """

    documents: Sequence[Document]
    places: Iterable[Place]
    unasked: Mapping[Url, Verdict] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()

    def lacks(self, name: str) -> bool:
        """Tell whether a document, or a directory that it is in, could not be read."""
        path = PurePosixPath(name)
        return name in self.unread or any(str(parent) in self.unread for parent in path.parents)
