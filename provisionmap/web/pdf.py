"""Pages as PDF: tagged for screen readers, and drawn from nothing but our own static files."""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from weasyprint import HTML
from weasyprint.document import Document
from weasyprint.logger import PROGRESS_LOGGER
from weasyprint.urls import URLFetcher, URLFetcherResponse

# Addresses in a printed page lie under this root, which exists nowhere: each is the name of a static file.
ROOT = "https://static.invalid/"
VARIANT = "pdf/ua-1"
# From the largest to the smallest: classes of the page's own stylesheet.
SIZES = tuple(f"size-{step}" for step in range(1, 10))


class NotOurs(ValueError):
    """A printed page asked for something that is not one of our static files."""


class StaticFetcher(URLFetcher):
    """Serves names of our static files. No network, no file system beyond them, no redirect, no data."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("https",), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The static file that `url` names. Raises NotOurs for any other address."""
        if not url.startswith(ROOT):
            raise NotOurs(f"not a static file: {urlsplit(url).scheme} address")
        name = unquote(urlsplit(url).path).lstrip("/")
        try:
            found = finders.find(name)
        except SuspiciousFileOperation:  # a name that climbs out of the static files
            found = None
        if found is None:
            raise NotOurs(f"no static file {name}")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, Path(found).read_bytes(), {"Content-Type": kind})


def draw(html: str) -> Document:
    """`html` laid out on pages. Its addresses are names of static files."""
    return HTML(string=html, base_url=ROOT, url_fetcher=StaticFetcher()).render(pdf_variant=VARIANT)


def written(document: Document) -> bytes:
    """A laid-out document as the bytes of a tagged PDF."""
    pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf


def one_page(page_at: Callable[[str], str], sizes: Sequence[str] = SIZES) -> bytes:
    """The page at the largest of `sizes` at which it fits one sheet; at the smallest where none does.

    `page_at` takes a size and gives the HTML; `sizes` run from the largest to the smallest. The search halves
    them, because drawing is slow: three or four drawings find one of nine.
    """
    low, high = 0, len(sizes) - 1
    drawn: dict[int, Document] = {}
    while low < high:
        middle = (low + high) // 2
        drawn[middle] = draw(page_at(sizes[middle]))
        if len(drawn[middle].pages) == 1:
            high = middle
        else:
            low = middle + 1
    return written(drawn.get(low) or draw(page_at(sizes[low])))


class _PageCount(logging.Handler):
    """Hears which page the library has come to: its only word of how far it is."""

    def __init__(self, on_page: Callable[[int], None]) -> None:
        super().__init__()
        self.on_page = on_page

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and "- Page %d" in str(record.msg):
            self.on_page(int(str(record.args[0])))


def many_pages(html: str, on_page: Callable[[int], None] | None = None) -> tuple[bytes, int]:
    """`html` as a PDF, and how many pages it has. `on_page` is told the number of each page when it is begun.

    For one drawing a process at a time: the library's word of a page does not say whose page it is.
    """
    if on_page is None:
        document = draw(html)
        return written(document), len(document.pages)
    heard = _PageCount(on_page)
    PROGRESS_LOGGER.addHandler(heard)
    PROGRESS_LOGGER.setLevel(logging.INFO)
    PROGRESS_LOGGER.propagate = False  # a line a page is of no use to anybody who reads logs
    try:
        return many_pages(html)
    finally:
        PROGRESS_LOGGER.removeHandler(heard)
        PROGRESS_LOGGER.setLevel(logging.NOTSET)
        PROGRESS_LOGGER.propagate = True
