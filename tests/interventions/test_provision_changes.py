"""Changing a provision: who delivered it before, days that no longer fit, choices that are gone."""

from datetime import date

import pytest
from django.urls import reverse

from interventions.actions import provisions as actions
from interventions.actions.provisions import Delivery
from interventions.models import Deliverer, Placement, Provision
from provisionmap.school.access import NotAllowed
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    InterventionFactory,
    LearnerFactory,
    MembershipFactory,
    PlacementFactory,
    ProvisionFactory,
    member,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def by():
    return member(Role.SENCO)


def change(provision, by, deliverers=None, **changes):
    seen = Provision.objects.get(pk=provision.pk).version
    return actions.change_provision(provision=provision, changes=changes, deliverers=deliverers, seen=seen, by=by)


def test_who_goes_on_keeps_their_days_and_their_preparation(by):
    provision = ProvisionFactory(school=by.school)
    row = DelivererFactory(
        provision=provision, user=member(Role.TEACHING_ASSISTANT, by.school), adults=2, preparation_minutes=10,
        starts=date(2026, 10, 1),
    )  # fmt: skip

    change(provision, by, [Delivery(user=row.user, role="hlta"), Delivery(name="Therapist", role="therapist")])

    row.refresh_from_db()
    assert (row.role, row.adults, row.preparation_minutes, row.starts) == ("hlta", 2, 10, date(2026, 10, 1))
    assert Deliverer.objects.get(name="Therapist").starts == TODAY


def test_before_a_provision_begins_its_people_are_simply_exchanged(by):
    provision = ProvisionFactory(school=by.school, starts=date(2027, 1, 4))
    DelivererFactory(provision=provision, user=member(Role.TEACHING_ASSISTANT, by.school))

    change(provision, by, [Delivery(name="Therapist")])

    assert list(Deliverer.objects.values_list("name", "starts", "ends")) == [("Therapist", None, None)]


def test_an_earlier_last_day_and_a_later_first_day_are_those_of_every_placement(by):
    provision = ProvisionFactory(school=by.school)
    row = PlacementFactory(provision=provision, learner__school=by.school, ends=date(2026, 12, 18))
    open_end = PlacementFactory(provision=provision, learner__school=by.school, ends=None)

    change(provision, by, ends=date(2026, 11, 30))
    change(provision, by, starts=date(2026, 9, 14))

    for one in (row, open_end):
        one.refresh_from_db()
        assert (one.starts, one.ends, one.version) == (date(2026, 9, 14), date(2026, 11, 30), 3)


def test_a_provision_without_an_end_leaves_the_ends_of_its_placements(by):
    provision = ProvisionFactory(school=by.school, ends=None)
    row = PlacementFactory(provision=provision, learner__school=by.school, ends=date(2026, 12, 18))

    change(provision, by, starts=date(2026, 9, 14))

    row.refresh_from_db()
    assert (row.starts, row.ends) == (date(2026, 9, 14), date(2026, 12, 18))


def test_a_first_day_after_somebody_had_left_it_is_refused(by):
    provision = ProvisionFactory(school=by.school)
    PlacementFactory(provision=provision, learner__school=by.school, ends=date(2026, 9, 30))

    with pytest.raises(NotAllowed, match="was placed in it until 30/09/2026"):
        change(provision, by, starts=date(2026, 10, 1))

    assert Provision.objects.get().starts == date(2026, 9, 7)


def test_nobody_is_added_to_what_has_ended(client, senco):
    provision = ProvisionFactory(school=senco.school, ends=date(2026, 11, 20))
    learner = LearnerFactory(school=senco.school)

    page = reverse("interventions:provision-learners", args=[provision.pk])
    answer = client.post(page, {"learners": [learner.pk]}, follow=True)

    assert "ended on 20/11/2026. Change its last day first." in answer.text
    assert not Placement.objects.exists()


def test_who_has_a_place_to_come_gets_no_second_one(by):
    provision = ProvisionFactory(school=by.school)
    later = PlacementFactory(provision=provision, learner__school=by.school, starts=date(2027, 1, 4))

    made = actions.add_learners(provision=provision, learners=[later.learner], starts=TODAY, by=by)

    assert made == []
    assert list(Placement.objects.all()) == [later]


def page_of(client, provision):
    return client.get(reverse("interventions:provision-edit", args=[provision.pk])).context["form"]


def save(client, provision, **fields):
    form = page_of(client, provision)
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False)} | fields
    sent["dose"] = form.initial["dose"].words
    return client.post(reverse("interventions:provision-edit", args=[provision.pk]), sent)


def test_a_note_changes_nothing_that_can_no_longer_be_chosen(client, senco):
    entry = InterventionFactory(school=senco.school, archived_at=date(2026, 10, 1))
    gone = MembershipFactory(school=senco.school, ends=date(2026, 10, 30)).user
    provision = ProvisionFactory(school=senco.school, intervention=entry, responsible=gone)
    people = [DelivererFactory(provision=provision, user=one) for one in (gone, senco)]

    answer = save(client, provision, note="New room")

    provision.refresh_from_db()
    assert answer.status_code == 302
    assert (provision.note, provision.intervention, provision.responsible) == ("New room", entry, gone)
    assert list(Deliverer.objects.order_by("pk").values_list("pk", "ends")) == [(row.pk, None) for row in people]


def test_a_role_that_would_no_longer_see_it_is_not_offered_to_hide_it(client, db):
    assistant = member(Role.SENCO_ASSISTANT)
    client.force_login(assistant)
    shared = ProvisionFactory(school=assistant.school, confidential=True)
    DelivererFactory(provision=shared, user=assistant)

    new = client.get(reverse("interventions:provision-new"))
    save(client, shared, note="New room")

    assert "confidential" not in new.context["form"].fields
    shared.refresh_from_db()
    assert (shared.note, shared.confidential) == ("New room", True)


def test_the_library_counts_what_a_reader_may_see_running(client, db):
    teacher = member(Role.CLASS_TEACHER)
    client.force_login(teacher)
    entry = InterventionFactory(school=teacher.school, name="Bereavement counselling")
    ProvisionFactory(school=teacher.school, intervention=entry, confidential=True)
    ProvisionFactory(school=teacher.school, intervention=entry, responsible=teacher)
    ProvisionFactory(school=teacher.school, intervention=entry, responsible=teacher, ends=date(2026, 11, 1))

    assert [row.running for row in client.get(reverse("interventions:library")).context["page"]] == [1]
