"""People who sign in, and the roles they hold at schools."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from provisionmap.school import roles


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail address is kept in lower case so that it is one person, not two."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can sign in. Raises ValueError without an e-mail address."""
        if not email:
            raise ValueError("a person needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """For the command line only: no page asks whether somebody is a superuser."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with this e-mail address, however they typed its capitals."""
        return self.get(email=(username or "").strip().lower())


class UserQuerySet(models.QuerySet["User"]):
    """People, as pages ask for them."""

    def never_came(self) -> Self:
        """People who were added and have not set a password yet."""
        return self.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX)

    def at(self, school: Any, today: date) -> Self:
        """People with a role at `school` on `today`, by name."""
        held = Membership.objects.filter(school=school).on(today).values("user")
        return self.filter(pk__in=held, is_active=True).order_by("name", "pk")

    def for_staff_list(self, school: Any, today: date, *, words: str = "", left: bool = False) -> Self:
        """People of `school` by name, with their memberships there as `here`: those with a role now or to come,
        or, with `left`, those whose last day is over. Every one of `words` is in the name or the e-mail address.
        """
        rows = Membership.objects.filter(school=school)
        current = rows.filter(Q(ends=None) | Q(ends__gte=today)).values("user")
        found = self.filter(pk__in=rows.values("user")).exclude(pk__in=current) if left else self.filter(pk__in=current)
        for word in words.split():
            found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
        here = models.Prefetch("memberships", queryset=rows.order_by("starts", "role"), to_attr="here")
        return found.order_by("name", "pk").prefetch_related(here)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail. Roles are memberships, never columns here."""

    THEMES: ClassVar = [("", "As this device"), ("light", "Light"), ("dark", "Dark")]

    email = models.EmailField("e-mail address", max_length=254, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    theme = models.CharField(max_length=5, blank=True, choices=THEMES)
    easy_reading = models.BooleanField(default=False)
    weekly_email = models.BooleanField("weekly e-mail", default=True)
    joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    # What this person may do, by school, as the request's own middleware read it; empty elsewhere.
    held: dict[int, frozenset[Any]]
    # The memberships of today, as signing in read them; None elsewhere.
    roles: list[Membership] | None
    # The memberships at one school, where `for_staff_list` fetched them.
    here: list[Membership]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    class Privacy:
        plain = ("is_active", "theme", "easy_reading", "weekly_email", "joined", "is_superuser", "last_login", "groups")
        personal = ("email", "name", "password", "user_permissions")
        special = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = {}
        self.roles = None

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, dated."""

    def on(self, day: date) -> Self:
        """Memberships that hold on `day`; the first and the last day both count."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)


class Membership(models.Model):
    """A role somebody holds at a school, from a day to a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    school = models.ForeignKey("school.School", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=roles.CHOICES)
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["user", "role", "starts"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "school", "role"], condition=Q(ends=None), name="one_open_membership_a_role"
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="membership_ends_after_start"
            ),
        ]

    class Privacy:
        plain = ("user", "school", "role", "starts", "ends")
        personal = ()
        special = ()

    def __str__(self) -> str:
        return f"{self.get_role_display()} at {self.school_id}"


class StaffHours(models.Model):
    """How many hours a week somebody is at a school for; what they deliver is held against it."""

    school = models.ForeignKey("school.School", on_delete=models.CASCADE, related_name="staff_hours")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="hours")
    weekly = models.DecimalField("hours a week", max_digits=4, decimal_places=2)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "user"], name="one_working_week_a_person"),
            models.CheckConstraint(condition=Q(weekly__gt=0, weekly__lte=60), name="hours_a_week_1_to_60"),
        ]

    class Privacy:
        plain = ("school", "user", "version")
        personal = ("weekly",)
        special = ()

    def __str__(self) -> str:
        return f"{self.weekly} hours a week"
