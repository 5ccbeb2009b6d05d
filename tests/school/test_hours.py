"""How many hours a week somebody works here."""

from decimal import Decimal

import pytest
from django.urls import reverse

from provisionmap.school.actions import people as actions
from provisionmap.school.models import AuditEvent, StaffHours
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from provisionmap.school.today import today
from tests.factories import member


@pytest.fixture
def ta(senco):
    return member(Role.TEACHING_ASSISTANT, senco.school, name="Ben Hill")


def save(client, person, weekly, seen):
    return client.post(reverse("school:person-hours", args=[person.pk]), {"weekly": weekly, "seen": seen}, follow=True)


def test_hours_are_kept_changed_and_taken_away_again(client, senco, ta):
    assert "The working week of Ben Hill is saved." in save(client, ta, "27.5", 0).text
    assert [StaffHours.objects.get().weekly, StaffHours.objects.get().school] == [Decimal("27.50"), senco.school]
    assert 'value="27.5"' in client.get(reverse("school:person", args=[ta.pk])).text

    save(client, ta, "30", 1)
    assert (StaffHours.objects.get().weekly, StaffHours.objects.get().version) == (30, 2)

    save(client, ta, "", 2)
    save(client, ta, "", 0)
    assert not StaffHours.objects.exists()
    assert AuditEvent.objects.filter(verb="person.hours").count() == 3


def test_two_who_change_one_persons_hours_do_not_overwrite_each_other(client, senco, ta):
    save(client, ta, "27.5", 0)

    answer = save(client, ta, "20", 0)

    assert answer.status_code == 409
    assert "Meanwhile somebody made it 27.5. Save yours if it is right." in answer.text
    assert 'name="seen" value="1"' in answer.text
    assert StaffHours.objects.get().weekly == Decimal("27.5")


def test_hours_that_were_taken_away_meanwhile_are_told(senco, ta):
    with pytest.raises(Stale):
        actions.set_hours(person=ta, school=senco.school, weekly=Decimal(20), seen=1, day=today(), by=senco)


@pytest.mark.parametrize("weekly", ["0", "-3", "61", "many", "NaN"])
def test_hours_that_no_week_has_are_refused_beside_the_field(client, senco, ta, weekly):
    answer = save(client, ta, weekly, 0)

    assert answer.status_code == 422
    assert not StaffHours.objects.exists()


def test_nobody_sets_the_hours_of_somebody_above_them(client, senco):
    office = member(Role.ADMINISTRATOR, senco.school)
    client.force_login(office)

    answer = save(client, senco, "20", 0)

    assert answer.status_code == 422
    assert not StaffHours.objects.exists()


def test_a_plain_visit_goes_to_the_person(client, senco, ta):
    page = reverse("school:person", args=[ta.pk])

    assert client.get(reverse("school:person-hours", args=[ta.pk])).url == page


def test_hours_are_told_in_words(senco, ta):
    assert str(StaffHours(school=senco.school, user=ta, weekly=Decimal("27.5"))) == "27.5 hours a week"
