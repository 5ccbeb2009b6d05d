"""May this person? The only place that turns a role into an answer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotAllowed

from provisionmap.school.models import Membership, School, User
from provisionmap.school.roles import Capability, capabilities_of, roles_with
from provisionmap.school.today import today

READS = frozenset({"GET", "HEAD"})


class NotAllowed(Exception):
    """A refusal; its text is a full sentence for the person who asked."""


def schools_where(user: Any, capability: Capability) -> QuerySet[Membership, Any] | list[int]:
    """Ids of the schools where `user` holds `capability` today, for an `__in`.

    Within a request the middleware has read them already (`held`), so they are plain numbers: the database
    plans a list better than a subquery in every filter. Elsewhere they are a subquery. Somebody who is
    signed out or deactivated holds nothing anywhere.
    """
    if user.is_active and getattr(user, "held", None):
        return [school for school, capabilities in user.held.items() if capability in capabilities]
    held = Membership.objects.on(today()).filter(user=user.pk, role__in=roles_with(capability))
    if not user.is_active or user.pk is None:
        held = held.none()
    return held.values("school")


def capabilities_at(user: User, school: School | None) -> frozenset[Capability]:
    """What `user` may do at `school` today: one query, or none within a request (`held`, set by middleware)."""
    if school is None or not user.is_active:
        return frozenset()
    if school.pk in user.held:
        return user.held[school.pk]
    held = Membership.objects.on(today()).filter(user=user, school=school).values_list("role", flat=True)
    return capabilities_of(frozenset(held))


def can(user: User, capability: Capability, school: School | None) -> bool:
    """Whether `user` holds `capability` at `school` today."""
    return capability in capabilities_at(user, school)


def require(
    *capabilities: Capability, writes: Collection[str] = ()
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Name the capability a view needs (any one of those given) and the methods it writes with.

    Reading methods are always answered; a method that is neither read nor named is 405.
    Without a capability, anyone who is signed in may use the view.
    """
    allowed = READS | set(writes)

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(sorted(allowed))
            if capabilities and not (request.capabilities & set(capabilities)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        vars(guarded)["capabilities"] = capabilities
        vars(guarded)["writes"] = frozenset(writes)
        return guarded

    return declare
