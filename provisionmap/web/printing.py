"""The way to a printed page: the library that draws it is loaded with the first one, not with the product.

Loading it takes as long as loading everything else together, and a server should answer before it
(docs/decisions/2026-11-23-pdf-loaded-on-first-use.md).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module


def one_page(page_at: Callable[[str], str]) -> bytes:
    """The page as the PDF of one sheet: see `provisionmap.web.pdf.one_page`."""
    pdf: bytes = import_module("provisionmap.web.pdf").one_page(page_at)
    return pdf


def many_pages(html: str, on_page: Callable[[int], None] | None = None) -> tuple[bytes, int]:
    """The document as a PDF, and how many pages it has: see `provisionmap.web.pdf.many_pages`."""
    made: tuple[bytes, int] = import_module("provisionmap.web.pdf").many_pages(html, on_page)
    return made
