"""The ehcp app."""

from django.apps import AppConfig


class EhcpConfig(AppConfig):
    """What the law owes: plans, Section F and the clocks (their issue comes later)."""

    name = "ehcp"
