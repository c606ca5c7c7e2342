"""DocBook and DITA: links, images, references to other files, and URLs in text."""

from crawler.xmllinks import reading as read

__all__ = ["read"]
