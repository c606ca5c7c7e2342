"""The version: one line, read by the package's build too."""

__version__ = "0.1.0"
