"""Tries to sign in, counted where every process of the web server sees the same count."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SignInTries(models.Model):
    """How often a password was tried for one e-mail address from one sender, until the count runs out."""

    mark = models.CharField(max_length=64, unique=True)  # of address and sender, neither of which can be read from it
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    class Privacy:
        plain = ("count", "until")
        personal = ("mark",)
        special = ()

    def __str__(self) -> str:
        return f"{self.count} tries until {self.until:%H:%M}"
