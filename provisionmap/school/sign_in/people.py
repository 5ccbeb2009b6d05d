"""Who a session belongs to, read together with what they may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from provisionmap.school.models import Membership, User
from provisionmap.school.today import today


class People(ModelBackend):
    """People who sign in by e-mail. Every request needs the person, their roles and the school: one query, not two."""

    def get_user(self, user_id: Any) -> User | None:
        """The person with the roles they hold today (`roles`); None when there is nobody, or they were deactivated."""
        rows = list(Membership.objects.on(today()).filter(user=user_id).select_related("user", "school"))
        if not rows:
            return super().get_user(user_id)
        user = rows[0].user
        user.roles = rows
        return user if self.user_can_authenticate(user) else None
