"""Sharing a learner until a day, who can see whom and why, and the review of access."""

from datetime import UTC, date, datetime
from functools import partial

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from interventions.actions.grants import sync_grants
from learners.actions.sharing import end_share, extend_share, share_learner
from learners.models import Contact, Grant, Learner
from learners.sight import by_role, reasons
from provisionmap.school.access import NotAllowed
from provisionmap.school.actions.review import record_review
from provisionmap.school.models import AccessReview, AuditEvent, Membership, User
from provisionmap.school.roles import Role
from tests.factories import DelivererFactory, GroupFactory, LearnerFactory, PlacementFactory, ProvisionFactory, member

TODAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


@pytest.fixture
def senco(db):
    return member(Role.SENCO)


@pytest.fixture
def child(senco):
    return LearnerFactory(school=senco.school, looked_after=True)


@pytest.fixture
def visitor(senco):
    return member(Role.EXTERNAL, senco.school)


def sees(user, learner):
    return Learner.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=learner.pk).exists()


def lent(child, visitor, senco, **given):
    wanted = {"ends": FRIDAY, "reason": "Assessment", "day": TODAY} | given
    return share_learner(learner=child, person=visitor, by=senco, **wanted)


def page(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_shared_learner_is_seen_until_the_last_day_and_not_after_midnight(senco, child, visitor):
    assert not sees(visitor, child)

    made = lent(child, visitor, senco)

    assert (made.given_by, made.reason, made.source) == (senco, "Assessment", "shared")
    browser = page(visitor)
    with time_machine.travel(datetime(2026, 11, 27, 23, 59, tzinfo=UTC), tick=False):
        browser.force_login(visitor)
        assert browser.get(f"/learners/{child.pk}/").status_code == 200
    with time_machine.travel(datetime(2026, 11, 28, 0, 0, tzinfo=UTC), tick=False):
        assert browser.get(f"/learners/{child.pk}/").status_code == 404
    assert AuditEvent.objects.get(verb="learner.share").changes["ends"] == [None, "2026-11-27"]


def test_a_share_that_is_ended_opens_nothing_at_the_next_request(senco, child, visitor):
    made = lent(child, visitor, senco)
    Grant.ever.filter(pk=made.pk).update(starts=date(2026, 11, 1))
    browser = page(visitor)
    assert browser.get(f"/learners/{child.pk}/").status_code == 200

    end_share(grant=made, day=TODAY, by=senco)

    assert browser.get(f"/learners/{child.pk}/").status_code == 404
    assert Grant.ever.get(pk=made.pk).ends == date(2026, 11, 22)


def test_a_share_that_began_today_and_is_ended_never_was(senco, child, visitor):
    made = lent(child, visitor, senco)

    end_share(grant=made, day=TODAY, by=senco)

    assert not Grant.ever.exists()
    with pytest.raises(NotAllowed, match="meanwhile"):
        end_share(grant=made, day=TODAY, by=senco)


def test_a_share_that_is_over_is_neither_ended_nor_made_to_last(senco, child, visitor):
    made = lent(child, visitor, senco)
    Grant.ever.filter(pk=made.pk).update(starts=date(2026, 9, 1), ends=date(2026, 9, 30))

    for refused in (end_share, partial(extend_share, ends=date(2026, 12, 4))):
        with pytest.raises(NotAllowed, match="ended on 30/09/2026"):
            refused(grant=made, day=TODAY, by=senco)

    assert Grant.ever.get(pk=made.pk).ends == date(2026, 9, 30)


def test_the_trail_says_whose_record_was_shared_with_whom(senco, child, visitor):
    made = lent(child, visitor, senco)
    extend_share(grant=made, ends=date(2026, 12, 4), day=TODAY, by=senco)
    end_share(grant=made, day=TODAY, by=senco)

    events = AuditEvent.objects.filter(verb__startswith="learner.share").order_by("pk")
    assert [(one.learner_id, one.changes["user"]) for one in events] == [(child.pk, [None, visitor.pk])] * 3


@pytest.mark.looks
def test_the_page_of_a_person_is_kept_as_a_look(senco, staff):
    page(senco).get(reverse("learners:seen-by", args=[staff[Role.CLASS_TEACHER].pk]))

    assert AuditEvent.objects.filter(verb="list.view", changes__page="learners:seen-by").exists()


def test_a_role_that_nobody_knows_breaks_no_review(senco):
    Membership.objects.create(user=member(Role.HEAD), school=senco.school, role="caretaker", starts=TODAY)

    assert page(senco).get(reverse("learners:access-review")).status_code == 200


def test_a_share_lasts_a_year_at_most(senco, child, visitor):
    made = lent(child, visitor, senco, ends=date(2027, 11, 23))

    with pytest.raises(NotAllowed, match="or an earlier day"):
        extend_share(grant=made, ends=date(2027, 11, 24), day=TODAY, by=senco)
    with pytest.raises(NotAllowed, match="a year at most"):
        lent(LearnerFactory(school=senco.school), visitor, senco, ends=date(2035, 7, 20))


def test_shares_that_are_over_stay_on_the_page(senco, child, visitor):
    old = lent(child, visitor, senco, reason="Assessment of speech")
    Grant.ever.filter(pk=old.pk).update(starts=date(2026, 9, 1), ends=date(2026, 9, 30))
    ran = lent(child, visitor, senco, reason="Second look")
    Grant.ever.filter(pk=ran.pk).update(starts=date(2026, 11, 2))
    end_share(grant=ran, day=TODAY, by=senco)
    slip = lent(child, visitor, senco)
    end_share(grant=slip, day=TODAY, by=senco)

    shown = page(senco).get(reverse("learners:sight", args=[child.pk]))

    assert [(one.reason, one.ends) for one in shown.context["shares"]] == [
        ("Second look", date(2026, 11, 22)), ("Assessment of speech", date(2026, 9, 30))
    ]  # fmt: skip
    assert [(one["user"], one["by"]) for one in shown.context["never"]] == [(visitor, senco)]
    assert f"ended by {senco.name}" in shown.text


def test_a_share_can_last_longer(senco, child, visitor):
    made = lent(child, visitor, senco)

    assert extend_share(grant=made, ends=date(2026, 12, 4), day=TODAY, by=senco).ends == date(2026, 12, 4)
    with pytest.raises(NotAllowed, match="today or a later day"):
        extend_share(grant=made, ends=date(2026, 11, 22), day=TODAY, by=senco)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SENCO}))
def test_only_a_senco_shares(child, visitor, role):
    with pytest.raises(NotAllowed, match="does not include sharing"):
        lent(child, visitor, member(role, child.school))


def test_a_learner_of_another_school_is_not_shared(senco, visitor):
    with pytest.raises(NotAllowed):
        lent(LearnerFactory(), visitor, senco)


def test_what_a_share_needs(senco, child, visitor):
    with pytest.raises(NotAllowed, match="today or a later day"):
        lent(child, visitor, senco, ends=date(2026, 11, 22))
    with pytest.raises(NotAllowed, match="external professionals at this school"):
        lent(child, member(Role.EXTERNAL), senco)
    with pytest.raises(NotAllowed, match="external professionals at this school"):
        lent(child, member(Role.EXTERNAL, senco.school, is_active=False), senco)
    visitor.memberships.update(ends=date(2026, 11, 25))
    with pytest.raises(NotAllowed, match="25/11/2026"):
        lent(child, visitor, senco)
    lent(child, visitor, senco, ends=date(2026, 11, 25))
    with pytest.raises(NotAllowed, match="already"):
        lent(child, visitor, senco, ends=date(2026, 11, 25))


@pytest.fixture
def staff(senco, child, visitor):
    """One of each role, with a class, work in provision and a share between them and the child."""
    people = {role: member(role, senco.school) for role in Role}
    child.group = GroupFactory(school=senco.school)
    child.save()
    child.group.teachers.add(people[Role.CLASS_TEACHER], people[Role.GOVERNOR])
    placement = PlacementFactory(
        learner=child, provision=ProvisionFactory(school=senco.school, name="Reading", starts=date(2026, 9, 7)),
        starts=date(2026, 9, 7), confidential=True,
    )  # fmt: skip
    DelivererFactory(provision=placement.provision, user=people[Role.TEACHING_ASSISTANT])
    sync_grants([placement.provision_id])
    placement.shared_with.add(people[Role.CLASS_TEACHER])
    lent(child, visitor, senco)
    LearnerFactory(school=senco.school)
    return people


def test_the_reasons_are_those_that_open_the_record(senco, child, staff):
    told = {one.person for one in reasons(senco.school, TODAY, learners=[child.pk]) if one.opens}
    told |= {row.user_id for row, whole in by_role(senco.school, TODAY) if whole}

    assert told == {user.pk for user in User.objects.all() if sees(user, child)}


def test_the_page_of_a_learner_says_who_sees_them_and_why(senco, child, staff, visitor):
    text = page(senco).get(f"/learners/{child.pk}/sight/").content.decode()

    assert f"Teaches {child.group.name}" in text
    assert "Delivers or answers for Reading" in text
    assert "Named on confidential Reading" in text
    assert "Shared with them" in text
    assert "SENCO: sees every learner of the school" in text
    assert staff[Role.GOVERNOR].name not in text


def test_the_page_of_a_person_says_whom_they_see(senco, child, staff, visitor):
    browser = page(senco)

    assert child.name in browser.get(f"/learners/seen-by/{visitor.pk}/").content.decode()
    assert child.name not in browser.get(f"/learners/seen-by/{staff[Role.EXTERNAL].pk}/").content.decode()
    assert "sees every learner" in browser.get(f"/learners/seen-by/{staff[Role.HEAD].pk}/").content.decode()


def test_the_queries_are_the_same_however_many_there_are(senco, child, staff, django_assert_num_queries):
    def asked():
        with django_assert_num_queries(6):
            list(by_role(senco.school, TODAY))
            reasons(senco.school, TODAY)

    asked()
    for _ in range(10):
        child.group.teachers.add(member(Role.CLASS_TEACHER, senco.school))
    asked()


def test_sharing_moving_and_ending_on_the_page(senco, child, visitor):
    browser, address = page(senco), f"/learners/{child.pk}/sight/"

    assert browser.post(address, {"person": visitor.pk, "ends": "2026-11-01", "reason": "x"}).status_code == 422
    assert browser.post(address, {"person": visitor.pk, "reason": "x"}).status_code == 422
    assert browser.post(address, {"person": visitor.pk, "ends": "2026-11-27", "reason": "x"}).status_code == 302
    made = Grant.ever.get()
    one = f"{address}{made.pk}/"
    for body, ends in [
        ({"ends": "2026-12-01"}, date(2026, 12, 1)),
        ({"ends": "soon"}, date(2026, 12, 1)),
        ({"ends": "2026-11-01"}, date(2026, 12, 1)),
    ]:
        assert browser.post(one, body).status_code == 302
        assert Grant.ever.get().ends == ends
    browser.post(one, {"do": "end"})
    assert not Grant.ever.exists()


@pytest.mark.parametrize("role", [Role.TEACHING_ASSISTANT, Role.EXTERNAL])
def test_flags_and_contacts_stay_with_those_who_need_them(senco, child, role):
    person = member(role, senco.school)
    Contact.objects.create(learner=child, name="Ngozi Bello")
    Grant.ever.create(content_object=child, user=person, source="provision:1", starts=date(2026, 9, 1))
    addresses = [f"/learners/{child.pk}/", "/learners/", "/learners/?flag=looked_after", "/map/", "/map/?show=flags"]
    for address in addresses:
        text = page(person).get(address).content.decode()
        assert child.surname in text or "/map/" in address
        assert "LAC" not in text
        assert "Ngozi" not in text
        assert 'name="flag"' not in text
    assert "LAC" in page(senco).get(addresses[0]).content.decode()
    assert "Ngozi" in page(senco).get(addresses[0]).content.decode()


def test_a_review_of_access_is_kept(senco, child, staff, visitor):
    browser = page(senco)
    text = browser.get("/learners/access-review/").content.decode()
    assert visitor.name in text

    browser.post("/learners/access-review/")

    assert AccessReview.objects.get().by == senco
    assert AuditEvent.objects.filter(verb="access.review").count() == 1
    with pytest.raises(NotAllowed):
        record_review(school=senco.school, by=visitor)


def test_a_deactivated_person_is_signed_out_at_once(senco, child):
    browser = page(senco)
    assert browser.get(f"/learners/{child.pk}/").status_code == 200

    User.objects.filter(pk=senco.pk).update(is_active=False)

    assert browser.get(f"/learners/{child.pk}/").status_code == 302
