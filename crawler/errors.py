"""What the operator can get wrong, and nothing else.

Whatever a *link* can do to us is a value: see `model.Failure` and `model.Verdict`.

* CrawlerError
  - UsageError         a source or an option cannot be used as given (exit 2)
    - SettingsError    a setting is unknown, out of range, or not allowed in that file
    - SourceError      a source is missing, or holds no document
  - ImpossibleError    it could not be done, though it was asked for rightly (exit 3)
    - StoreError       the history cannot be used: no run is made
      - RecordingError it cannot be written: links can be looked at all the same
        - BusyError    another program is at it, for the moment
        - DamagedError it is a history no more
    - NetworkDownError the network was not there, or not to be trusted
  - InterruptError     somebody has ended what there was still to do (exit 130)
"""

from typing import ClassVar, Final

# Exit codes. 0: nothing that fails; 141: as a program that a closed pipe ended.
OK: Final = 0
LINKS_FAIL: Final = 1
USAGE: Final = 2
IMPOSSIBLE: Final = 3
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


class CrawlerError(Exception):
    """Base class; `cli` prints the message, one sentence with its cure, and exits."""

    exit_code: ClassVar[int] = USAGE


class UsageError(CrawlerError):
    """A source or an option cannot be used as given."""


class SettingsError(UsageError):
    """A setting is unknown, out of range, or not allowed in the file that holds it."""


class SourceError(UsageError):
    """A source is missing, or holds no document."""


class ImpossibleError(CrawlerError):
    """It could not be done, though it was asked for rightly."""

    exit_code: ClassVar[int] = IMPOSSIBLE


class StoreError(ImpossibleError):
    """The history cannot be used: it is foreign, newer than this program, misnamed, or held."""


class RecordingError(StoreError):
    """Nothing can be recorded, through no mistake of the operator's: links can be looked at."""


class BusyError(RecordingError):
    """Another program reads or writes the history: a moment later it may be free."""


class DamagedError(RecordingError):
    """The file was a history, and its bytes are not those of a database any more."""


class NetworkDownError(ImpossibleError):
    """The network was not there or lied: that says something of us and nothing of the links."""


class InterruptError(CrawlerError):
    """Somebody has ended it, and it says what was not done therefore."""

    exit_code: ClassVar[int] = INTERRUPTED
