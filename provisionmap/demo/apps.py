"""The roof: a fictional school to try the product with."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo school; it may import everything and nothing imports it."""

    name = "provisionmap.demo"
    label = "demo"
