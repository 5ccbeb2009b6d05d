"""Learners, and the adults around them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, When
from django.utils import timezone
from guardian.shortcuts import get_objects_for_user

from learners.census import YEAR_CHOICES
from learners.models.group import Group
from provisionmap.school.access import schools_where
from provisionmap.school.history import Records
from provisionmap.school.models import School
from provisionmap.school.roles import Capability
from provisionmap.school.today import today

SEE = "learners.view_learner"  # what a grant permits
# No sight by being a superuser, by a permission for all learners, or by a group of accounts: the library's defaults.
ONLY_GRANTS: dict[str, bool] = {"with_superuser": False, "accept_global_perms": False, "use_groups": False}


class LearnerQuerySet(models.QuerySet["Learner"]):
    """Learners, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Learners this person may see today.

        All of a school's where their role says so; else those of the groups they teach and those they
        were granted sight of. Subqueries only, so it composes with any filter and never doubles a row.
        """
        if not user.is_active:  # signed out or switched off; the library of grants would go on showing
            return self.none()
        everywhere = schools_where(user, Capability.SEE_ALL_LEARNERS)
        own = schools_where(user, Capability.SEE_OWN_LEARNERS)
        if own == []:  # read with the request, and empty: nobody is seen by way of a group or a grant
            return self.filter(school__in=everywhere)
        taught = Group.teachers.through.objects.filter(user=user.pk).values("group")
        granted = get_objects_for_user(user, SEE, Learner, **ONLY_GRANTS).values("pk")
        return self.filter(Q(school__in=everywhere) | Q(school__in=own) & (Q(group__in=taught) | Q(pk__in=granted)))

    def on_roll(self, day: date) -> Self:
        """Learners who had joined and not left by `day`; a day that nobody wrote down does not exclude."""
        return self.filter(Q(joined=None) | Q(joined__lte=day), Q(left=None) | Q(left__gte=day))

    def with_class(self, day: date | None = None) -> Self:
        """With `year_then`, `group_then` and `class_then`, its name: as the records stood at the end of `day`.

        As they are today where no earlier day is asked for, and for who was not recorded by then (`recorded_later`).
        """
        if day is None or day >= today():
            return self.annotate(year_then=F("nc_year"), group_then=F("group"), class_then=F("group__name"))
        last = _versions_by(day).order_by("-history_date", "-history_id")
        known = Q(version_then__isnull=False)

        def then(name: str) -> Case:
            kind = models.BigIntegerField() if name == "group_id" else models.CharField()
            return Case(When(known, then=Subquery(last.values(name)[:1])), default=F(name), output_field=kind)

        return self.annotate(
            version_then=Subquery(last.values("history_id")[:1]),
            year_then=then("nc_year"),
            group_then=then("group_id"),
            class_then=then("group__name"),
        )

    def recorded_later(self, day: date) -> Self:
        """Learners of whom nothing was recorded by the end of `day`."""
        return self.filter(~Exists(_versions_by(day)))

    def for_register(self, day: date | None = None) -> Self:
        """What a row of the register shows, in reading order: the SEN record of `day`, or the open one."""
        # Records of one learner never overlap, so the join doubles nobody.
        held = Q(sen_provisions__ends=None)
        if day:
            held = Q(sen_provisions__starts__lte=day) & (held | Q(sen_provisions__ends__gte=day))
        needs = {f"sen_need_{rank}": F(f"open_record__need_{rank}") for rank in (1, 2, 3, 4)}
        return (
            self.select_related("group")
            .annotate(
                open_record=FilteredRelation("sen_provisions", condition=held),
                sen_code=F("open_record__code"),
                **needs,
            )
            .order_by("surname", "forename", "pk")
        )


def _versions_by(day: date) -> Any:
    """What the history of a learner holds from before the end of `day`."""
    end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    history: Any = Learner.history.model
    return history.objects.filter(id=OuterRef("pk"), history_date__lt=end)


class Learner(models.Model):
    """A child at a school."""

    SEXES: ClassVar = [("F", "Female"), ("M", "Male")]
    # Flag field to the tag a page shows; the order is the order of the tags.
    FLAGS: ClassVar = {
        "pupil_premium": "PP",
        "fsm": "FSM",
        "eal": "EAL",
        "looked_after": "LAC",
        "previously_looked_after": "PLAC",
        "young_carer": "YC",
        "service_child": "SC",
    }

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="learners")
    upn = models.CharField("UPN", max_length=13, blank=True)
    former_upn = models.CharField("former UPN", max_length=13, blank=True)
    surname = models.CharField(max_length=80)
    forename = models.CharField(max_length=80)
    middle_names = models.CharField(max_length=120, blank=True)
    preferred_name = models.CharField(max_length=80, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, blank=True, choices=SEXES)
    nc_year = models.CharField("year group", max_length=2, blank=True, choices=YEAR_CHOICES)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="learners")
    pupil_premium = models.BooleanField(default=False)
    fsm = models.BooleanField("free school meals", default=False)
    eal = models.BooleanField("English as an additional language", default=False)
    looked_after = models.BooleanField(default=False)
    previously_looked_after = models.BooleanField(default=False)
    young_carer = models.BooleanField(default=False)
    service_child = models.BooleanField(default=False)
    joined = models.DateField(null=True, blank=True)
    left = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = LearnerQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["surname", "forename", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "upn"], condition=~Q(upn=""), name="one_learner_a_upn"),
            models.CheckConstraint(
                condition=Q(joined=None) | Q(left=None) | Q(left__gte=F("joined")),
                name="learner_leaves_after_joining",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school", "surname", "forename"], name="learner_reading_order"),
            models.Index(fields=["school", "nc_year"], name="learner_by_year"),
        ]

    class Privacy:
        plain = ("school", "nc_year", "group", "joined", "left", "version")
        personal = (
            "upn",
            "former_upn",
            "surname",
            "forename",
            "middle_names",
            "preferred_name",
            "date_of_birth",
            "sex",
        )
        special = (
            "pupil_premium",
            "fsm",
            "eal",
            "looked_after",
            "previously_looked_after",
            "young_carer",
            "service_child",
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name the child goes by, for reading: preferred name, else forename, then surname."""
        return f"{self.preferred_name or self.forename} {self.surname}"

    @property
    def flags(self) -> list[str]:
        """The tags of the flags that are set, in a fixed order."""
        return [tag for field, tag in self.FLAGS.items() if getattr(self, field)]


class Contact(models.Model):
    """An adult to speak to about a learner, in order of priority."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail", max_length=254, blank=True)
    parental_responsibility = models.BooleanField(default=False)
    priority = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["priority", "pk"]

    class Privacy:
        plain = ("learner", "priority")
        personal = ("name", "relationship", "phone", "email", "parental_responsibility")
        special = ()

    def __str__(self) -> str:
        return self.name
