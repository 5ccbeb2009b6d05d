"""The data map: each field of each model of ours is said to be plain, personal or special, once."""

import pytest
from django.apps import apps

OURS = ("school", "learners", "interventions", "reviews", "ehcp", "reports")
MODELS = [
    model
    for label in OURS
    for model in apps.get_app_config(label).get_models()
    if not hasattr(model, "history_object")  # a history row is classed as the record it remembers
]


def fields_of(model):
    """The names of a model's own fields, without the primary key and without what points at it."""
    fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    inherited = [parent for parent in model._meta.get_fields() if parent.concrete and not parent.auto_created]
    return {field.name for field in [*fields, *inherited] if not getattr(field, "primary_key", False)}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_field_is_classed_exactly_once(model):
    classed = [*model.Privacy.plain, *model.Privacy.personal, *model.Privacy.special]

    assert sorted(classed) == sorted(fields_of(model))


def test_the_map_covers_the_models_we_know():
    assert {"Learner", "SenProvision", "Passport", "User", "AuditEvent"} <= {model.__name__ for model in MODELS}
