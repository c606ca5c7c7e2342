"""Feeds (RSS, Atom) with the HTML inside them, and lists of links (OPML, XBEL)."""

from crawler.xmllinks import reading as read

__all__ = ["read"]
