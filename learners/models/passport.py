"""The one-page passport in the learner's own voice."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models

from learners.models.learner import Learner
from provisionmap.school.history import Records

MOST_LETTERS = 600  # of one section: six of this length still print on one page


class PassportQuerySet(models.QuerySet["Passport"]):
    """Passports, as pages ask for them."""

    def visible_to(self, user: Any) -> Self:
        """Passports of the learners this person may see."""
        return self.filter(learner__in=Learner.objects.visible_to(user))


class Passport(models.Model):
    """What a learner wants every adult to know. Short on purpose: it prints on one A4 page."""

    SECTIONS: ClassVar = {
        "strengths": "What I am good at",
        "hard": "What is hard for me",
        "helps": "What helps me",
        "does_not_help": "What doesn't help me",
        "aspirations": "What I hope for",
        "communication": "How I like to be spoken to",
    }

    learner = models.OneToOneField(Learner, on_delete=models.CASCADE, related_name="passport")
    strengths = models.TextField(max_length=MOST_LETTERS, blank=True)
    hard = models.TextField(max_length=MOST_LETTERS, blank=True)
    helps = models.TextField(max_length=MOST_LETTERS, blank=True)
    does_not_help = models.TextField(max_length=MOST_LETTERS, blank=True)
    aspirations = models.TextField(max_length=MOST_LETTERS, blank=True)
    communication = models.TextField(max_length=MOST_LETTERS, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PassportQuerySet.as_manager()
    history = Records()

    class Meta:
        ordering: ClassVar = ["pk"]

    class Privacy:
        plain = ("learner", "agreed_on", "version")
        personal = ()
        special = ("strengths", "hard", "helps", "does_not_help", "aspirations", "communication")

    def __str__(self) -> str:
        return f"Passport of learner {self.learner_id}"
