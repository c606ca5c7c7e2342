"""XML: feeds, sitemaps and OPML by their root; else `href`, `src`, `url` and URLs in text."""

from crawler.xmllinks import reading as read

__all__ = ["read"]
