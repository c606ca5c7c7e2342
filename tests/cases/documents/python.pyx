#!/usr/bin/env python3
# Licence: https://a.example/1
"""Module.

See `the manual <https://a.example/2>`_ and [x](https://a.example/3), <https://a.example/4>.
"""
import x  # https://a.example/5
URL = "https://a.example/no"
LONG = """
https://a.example/no # https://a.example/no
"""
PARTS = ("a"
    "https://a.example/no")
call(
    """https://a.example/no""",
)
class A:
    """One line: https://a.example/6."""
    field: int = 1
    r"""Of the field: https://a.example/7"""
    def f(self, x='#', y="'"):  # https://a.example/8
        'Single https://a.example/9'
        return f"# https://a.example/no {x}" # 'https://a.example/10'
    def g(self): "https://a.example/no"
