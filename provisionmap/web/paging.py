"""Pages of lists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def page_of(request: HttpRequest, rows: QuerySet[Any], *, per_page: int = 50) -> Page[Any]:
    """The page the address asks for; a page number that makes no sense gives the nearest page that does."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
