"""A hostile local web, over real sockets and real TLS, and what must be said of it.

Its sites are in `families/`, one entry each; `python -m hostile` visits them all (see `__main__`).
"""
