"""SVG: links, and what an image is made of: other images, styles, fonts."""

from crawler.xmllinks import reading as read

__all__ = ["read"]
