"""Classes and tutor groups."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.urls import reverse

from learners.actions.groups import add_group, change_group, delete_group, move_to_group, state_of
from learners.models import Group
from learners.permissions import reason_to_keep
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import GroupFactory, LearnerFactory, MembershipFactory, member

GROUPS = reverse("learners:groups")


@pytest.mark.django_db(transaction=True)
def test_of_two_groups_of_one_name_sent_at_once_the_second_is_refused_in_words():
    senco = member(Role.SENCO)

    def send(_):
        while True:
            try:
                add_group(school=senco.school, name="4A", nc_year="4", teachers=[], by=senco)
            except ValidationError as refusal:
                return refusal.message_dict["name"][0]
            except OperationalError:  # the database of tests in memory refuses where a file would wait
                continue
            else:
                return "added"
            finally:
                connection.close()

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(send, range(4)))

    assert said == ["The school has a group of this name: choose another name."] * 3 + ["added"]


def test_groups_show_who_teaches_them_and_how_many_are_on_roll(client, senco):
    group = GroupFactory(school=senco.school, name="Kestrel")
    group.teachers.add(senco)
    LearnerFactory(school=senco.school, group=group)
    LearnerFactory(school=senco.school, group=group, left="2026-07-20")
    GroupFactory(name="Elsewhere")

    answer = client.get(GROUPS)

    assert [(row["group"].name, row["group"].size) for row in answer.context["rows"]] == [("Kestrel", 1)]
    assert senco.name in answer.text


def test_a_school_without_groups_is_told_where_they_come_from(client, senco):
    assert "Groups come with your pupil list" in client.get(GROUPS).text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_rows(client, senco, rows, django_assert_num_queries):
    for _ in range(rows):
        LearnerFactory(school=senco.school, group=GroupFactory(school=senco.school)).group.teachers.add(senco)

    with django_assert_num_queries(5):
        client.get(GROUPS)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_of_one_group_does_not_grow(client, senco, rows, django_assert_num_queries):
    group = GroupFactory(school=senco.school)
    for _ in range(rows):
        LearnerFactory(school=senco.school, group=group)

    with django_assert_num_queries(7):
        client.get(reverse("learners:group", args=[group.pk]))


def test_a_group_is_added_changed_and_deleted(client, senco):
    teacher = member(Role.CLASS_TEACHER, senco.school)

    assert client.get(reverse("learners:group-add")).status_code == 200
    client.post(reverse("learners:group-add"), {"name": "Kestrel", "nc_year": "4", "teachers": [teacher.pk]})
    group = Group.objects.get()
    assert list(group.teachers.all()) == [teacher]

    edit = reverse("learners:group-edit", args=[group.pk])
    seen = client.get(edit).context["form"]["seen"].value()
    client.post(edit, {"name": "Heron", "nc_year": "5", "teachers": [], "seen": seen})
    group.refresh_from_db()
    assert (group.name, group.nc_year, group.teachers.count()) == ("Heron", "5", 0)

    delete = reverse("learners:group-delete", args=[group.pk])
    assert client.get(delete).status_code == 302
    client.post(delete, {"sure": "yes"})
    assert not Group.objects.exists()
    verbs = [event.verb for event in AuditEvent.objects.order_by("pk")]
    assert verbs == ["group.add", "group.change", "group.delete"]
    changed = AuditEvent.objects.get(verb="group.change").changes
    assert changed == {"name": ["Kestrel", "Heron"], "nc_year": ["4", "5"], "teachers": [f"[{teacher.pk}]", "[]"]}


def test_two_groups_of_one_name_are_refused(client, senco):
    GroupFactory(school=senco.school, name="Kestrel")
    other = GroupFactory(school=senco.school, name="Heron")

    added = client.post(reverse("learners:group-add"), {"name": "KESTREL"})
    renamed = client.post(reverse("learners:group-edit", args=[other.pk]), {"name": "kestrel", "seen": state_of(other)})

    assert (added.status_code, renamed.status_code) == (422, 422)
    assert "choose another name" in added.text
    with pytest.raises(ValidationError):
        add_group(school=senco.school, name="Kestrel", nc_year="", teachers=[], by=senco)


def test_two_people_on_one_group_see_both_versions(client, senco):
    group = GroupFactory(school=senco.school, name="Kestrel")
    seen = state_of(group)
    change_group(group=group, name="Heron", nc_year="4", teachers=[senco], seen=seen, by=senco)

    clash = client.post(reverse("learners:group-edit", args=[group.pk]), {"name": "Wren", "seen": seen})

    assert clash.status_code == 409
    assert "It is now: Heron" in clash.text
    with pytest.raises(Stale):
        change_group(group=group, name="Wren", nc_year="4", teachers=[], seen=seen, by=senco)
    assert Group.objects.get().name == "Heron"


@pytest.mark.parametrize(("count", "words"), [(1, "1 learner is in this group"), (2, "2 learners are in this group")])
def test_a_group_with_learners_stays_and_the_page_says_why(client, senco, count, words):
    group = GroupFactory(school=senco.school)
    for _ in range(count):
        LearnerFactory(school=senco.school, group=group)

    page = client.get(reverse("learners:group", args=[group.pk])).text
    refused = client.post(reverse("learners:group-delete", args=[group.pk]), {"sure": "yes"}, follow=True)

    assert words in page
    assert words in refused.text
    assert reason_to_keep(group).startswith(words)
    with pytest.raises(NotAllowed, match=words):
        delete_group(group=group, by=senco)


def test_a_teacher_sees_only_the_groups_they_teach_and_changes_none(client, db):
    teacher = member(Role.CLASS_TEACHER)
    own, other = GroupFactory(school=teacher.school, name="Own"), GroupFactory(school=teacher.school, name="Other")
    own.teachers.add(teacher)
    client.force_login(teacher)

    answer = client.get(GROUPS)

    assert [row["group"].name for row in answer.context["rows"]] == ["Own"]
    assert client.get(reverse("learners:group", args=[other.pk])).status_code == 404
    assert client.get(reverse("learners:group-edit", args=[own.pk])).status_code == 403
    with pytest.raises(NotAllowed):
        delete_group(group=own, by=teacher)


def test_a_group_that_only_leavers_were_in_stays_with_their_records(senco):
    group = GroupFactory(school=senco.school)
    LearnerFactory(school=senco.school, group=group, left="2026-11-22")
    assert reason_to_keep(group) == "1 learner who left was in this group last: it stays with their records."

    LearnerFactory(school=senco.school, group=group, left="2026-11-22")
    assert reason_to_keep(group) == "2 learners who left were in this group last: it stays with their records."


def test_groups_stand_in_the_order_of_years(client, senco):
    for name, year in (("Ash", "6"), ("Birch", ""), ("Cedar", "R"), ("Alder", "6")):
        GroupFactory(school=senco.school, name=name, nc_year=year)

    rows = client.get(GROUPS).context["rows"]

    assert [row["group"].name for row in rows] == ["Cedar", "Alder", "Ash", "Birch"]


def test_staff_to_choose_from_are_those_who_see_learners_with_their_roles(client, senco):
    member(Role.GOVERNOR, senco.school)
    member(Role.CLASS_TEACHER)
    teacher = member(Role.CLASS_TEACHER, senco.school, name="Zoe Finch")
    MembershipFactory(user=teacher, school=senco.school, role=Role.TEACHING_ASSISTANT, starts="2021-09-01")
    MembershipFactory(user=teacher, school=senco.school, role=Role.HEAD, starts="2021-09-01", ends="2022-08-31")

    form = client.get(reverse("learners:group-add")).context["form"]

    said = [label for _, label in form.fields["teachers"].choices]
    assert said == [f"{senco.name} · SENCO", "Zoe Finch · Class teacher, Teaching assistant"]


def joining(group, query=""):
    """The address at which learners move into `group`."""
    return reverse("learners:group-learners", args=[group.pk]) + query


def offered(answer):
    """Whom the page offers, by surname."""
    return [learner.surname for learner in answer.context["listed"]]


@pytest.fixture
def kestrel(senco):
    """A group of year 4."""
    return GroupFactory(school=senco.school, name="Kestrel", nc_year="4")


def test_learners_of_the_groups_year_are_offered_first(client, senco, kestrel):
    here = {"school": senco.school}
    heron = GroupFactory(**here, name="Heron")
    LearnerFactory(**here, surname="In", group=kestrel)
    LearnerFactory(**here, surname="Moss", group=heron)
    LearnerFactory(**here, surname="Abara")
    LearnerFactory(**here, surname="Left", left="2026-07-20")
    LearnerFactory(**here, surname="Small", nc_year="R")
    LearnerFactory(surname="Elsewhere")

    assert offered(client.get(joining(kestrel))) == ["Abara", "Moss"]
    assert "now in Heron" in client.get(joining(kestrel)).text
    assert offered(client.get(joining(kestrel, "?from=R"))) == ["Small"]
    assert offered(client.get(joining(kestrel, "?from=none"))) == ["Abara", "Small"]
    assert offered(client.get(joining(kestrel, "?from=wizard"))) == ["Abara", "Moss"]
    assert "Nobody to add here" in client.get(joining(kestrel, "?from=6")).text


def test_a_mixed_group_begins_with_those_without_a_group(client, senco):
    group = GroupFactory(school=senco.school, nc_year="")
    LearnerFactory(school=senco.school, surname="Small", nc_year="R")
    LearnerFactory(school=senco.school, surname="In", group=GroupFactory(school=senco.school))

    assert offered(client.get(joining(group))) == ["Small"]


def test_those_who_are_ticked_move_and_the_trail_says_from_where(client, senco, kestrel):
    heron = GroupFactory(school=senco.school)
    moss, abara, stays = (LearnerFactory(school=senco.school, group=heron) for _ in range(3))
    seen = client.get(joining(kestrel)).context["seen"]

    answer = client.post(joining(kestrel), {"learners": [moss.pk, abara.pk], "seen": seen}, follow=True)

    assert "2 learners are in Kestrel now." in answer.text
    assert set(kestrel.learners.all()) == {moss, abara}
    moss.refresh_from_db()
    stays.refresh_from_db()
    assert (moss.version, moss.history.first().group, stays.group) == (2, kestrel, heron)
    events = AuditEvent.objects.filter(verb="learner.move")
    assert [event.changes for event in events] == [{"group": [heron.pk, kestrel.pk]}] * 2


def test_one_learner_changed_meanwhile_stops_the_whole_move(client, senco, kestrel):
    moss, abara = (LearnerFactory(school=senco.school, forename="Maya", surname=name) for name in ("Moss", "Abara"))
    seen = client.get(joining(kestrel)).context["seen"]
    type(abara).objects.filter(pk=abara.pk).update(version=2)

    answer = client.post(joining(kestrel), {"learners": [moss.pk, abara.pk], "seen": seen})

    assert answer.status_code == 409
    assert "Somebody changed Maya Abara meanwhile" in answer.text
    assert answer.text.count(" checked") == 2
    assert not kestrel.learners.exists()
    again = client.post(
        joining(kestrel), {"learners": [moss.pk, abara.pk], "seen": answer.context["seen"]}, follow=True
    )
    assert "2 learners are in Kestrel now." in again.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learners": []}, "Tick at least one learner."),
        ({"seen": "1:x"}, "The list changed while you were looking at it"),
        ({"seen": ""}, "required"),
        ({"learners": ["999999"]}, "The list changed while you were looking at it"),
    ],
)
def test_what_does_not_fit_the_list_moves_nobody(client, senco, kestrel, change, words):
    moss = LearnerFactory(school=senco.school)

    answer = client.post(joining(kestrel), {"learners": [moss.pk], "seen": f"{moss.pk}:1"} | change)

    assert answer.status_code == 422
    assert words in answer.text
    assert not kestrel.learners.exists()


def test_a_learner_without_a_version_is_out_of_date(client, senco, kestrel):
    moss, abara = LearnerFactory(school=senco.school), LearnerFactory(school=senco.school)

    assert client.post(joining(kestrel), {"learners": [moss.pk], "seen": f"{abara.pk}:1"}).status_code == 409


def test_nobody_moves_across_schools_or_without_the_role(senco, kestrel):
    away = member(Role.SENCO)
    MembershipFactory(user=away, school=senco.school, role=Role.SENCO)
    foreign, own = LearnerFactory(school=away.school), LearnerFactory(school=senco.school)

    with pytest.raises(NotAllowed, match="belong to different schools"):
        move_to_group(group=kestrel, learners={foreign: 1}, by=away)
    with pytest.raises(NotAllowed, match="not include changing learners"):
        move_to_group(group=kestrel, learners={own: 1}, by=member(Role.CLASS_TEACHER, senco.school))
    assert not kestrel.learners.exists()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_of_joining_does_not_grow(client, senco, kestrel, rows, django_assert_num_queries):
    for _ in range(rows):
        LearnerFactory(school=senco.school, group=GroupFactory(school=senco.school))

    with django_assert_num_queries(4):
        client.get(joining(kestrel))
