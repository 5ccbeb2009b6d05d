"""Views of the map that somebody keeps: saving, opening, renaming, deleting, and whose they are."""

import re

import pytest

from interventions.actions import saved_views as actions
from interventions.models import SavedView
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from tests.factories import SchoolFactory, member
from tests.interventions.map_pages import HX

pytestmark = pytest.mark.django_db


def kept(user, name="Year 4", query="year=4"):
    return SavedView.objects.create(school=user.school, user=user, name=name, query=query)


def test_the_present_view_is_kept_under_a_name_and_opens_as_it_was(client, senco):
    saved = client.post("/map/views/?view=areas&tier=2&by=&page=3&text=Maya", {"name": "Wave 2 by area"}, follow=True)

    assert SavedView.objects.get().query == "view=areas&tier=2"
    assert saved.redirect_chain == [("/map/?view=areas&tier=2", 302)]
    assert "Saved as “Wave 2 by area”." in saved.text
    listed = client.get("/map/views/").text
    assert '<a href="/map/?view=areas&amp;tier=2">Wave 2 by area</a>' in listed


def test_codes_that_mean_nothing_are_not_kept(client, senco):
    client.post("/map/views/?view=wizard&year=99&show=hat&area=<b>&tier=3&as_of=2026-10-01", {"name": "Mine"})

    assert SavedView.objects.get().query == "tier=3&as_of=2026-10-01"


def test_columns_groups_and_the_day_are_kept(client, senco):
    client.post("/map/views/?by=year&show=name&show=dose&flag=fsm", {"name": "Mine"})

    assert SavedView.objects.get().query == "by=year&show=name&show=dose&flag=fsm"


def test_htmx_gets_the_list_alone_and_is_sent_to_the_view(client, senco):
    kept(senco)

    listed = client.get("/map/views/", headers=HX).text
    saved = client.post("/map/views/?tier=2", {"name": "Wave 2"}, headers=HX)

    assert "<html" not in listed
    assert re.findall(r'<li><a href="([^"]*)">([^<]*)', listed) == [("/map/?year=4", "Year 4")]
    assert (saved.status_code, saved.headers["HX-Redirect"]) == (204, "/map/?tier=2")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Write a name, such as “Year 4, review dates”."),
        ("x" * 61, "at most 60 characters"),
        ("Year 4", "You have a view of this name already"),
    ],
)
def test_a_name_that_will_not_do_is_said_beside_it(client, senco, name, sentence):
    kept(senco)

    answer = client.post("/map/views/", {"name": name})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert SavedView.objects.count() == 1


def test_an_empty_list_says_how_to_begin(client, senco):
    assert "No saved views yet" in client.get("/map/views/").text


def test_a_view_is_renamed(client, senco):
    view = kept(senco)

    page = client.get(f"/map/views/{view.pk}/").text
    answer = client.post(f"/map/views/{view.pk}/", {"name": "Year 4, autumn"}, follow=True)

    assert 'value="Year 4"' in page
    assert "It is called “Year 4, autumn” now." in answer.text
    assert SavedView.objects.get().name == "Year 4, autumn"


def test_a_view_cannot_take_the_name_of_another(client, senco):
    kept(senco, "Taken")
    view = kept(senco)

    answer = client.post(f"/map/views/{view.pk}/", {"name": "Taken"})

    assert answer.status_code == 422
    assert "You have a view of this name already" in answer.text
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["Taken", "Year 4"]


def test_deleting_asks_first_and_leaves_the_map_alone(client, senco):
    view = kept(senco)

    asked = client.get(f"/map/views/{view.pk}/delete/").text
    assert "Only the view goes" in asked
    assert SavedView.objects.count() == 1
    answer = client.post(f"/map/views/{view.pk}/delete/", follow=True)

    assert "The view “Year 4” is deleted." in answer.text
    assert SavedView.objects.count() == 0


def test_a_view_is_known_by_its_name(senco):
    assert str(kept(senco, "Year 4")) == "Year 4"


def test_views_of_others_and_of_other_schools_do_not_exist(client, senco):
    theirs = kept(member(Role.SENCO, senco.school), "Zqtheirs")
    elsewhere = SavedView.objects.create(school=SchoolFactory(), user=senco, name="Zqelsewhere")

    for view in (theirs, elsewhere):
        assert client.get(f"/map/views/{view.pk}/").status_code == 404
        assert client.post(f"/map/views/{view.pk}/delete/").status_code == 404
    listed = client.get("/map/views/").text
    assert "Zqtheirs" not in listed
    assert "Zqelsewhere" not in listed


def test_the_same_name_may_be_used_by_two_people(senco):
    kept(member(Role.SENCO, senco.school))

    assert kept(senco).name == "Year 4"


def test_the_address_of_a_view_shows_another_what_their_own_role_allows(client, senco):
    view = kept(senco, query="view=staff&tier=2")
    client.force_login(member(Role.TEACHING_ASSISTANT, senco.school))

    assert client.get(f"/map/?{view.query}").status_code == 200
    assert client.get(f"/map/views/{view.pk}/").status_code == 404


def test_keeping_and_removing_is_audited_without_the_name(senco):
    view = actions.save_view(school=senco.school, name="Zqname", query="tier=2", by=senco)
    actions.rename_view(view=view, name="Zqother", by=senco)
    actions.delete_view(view=view, by=senco)

    events = AuditEvent.objects.order_by("pk")
    assert [event.verb for event in events] == ["view.save", "view.rename", "view.delete"]
    assert "Zq" not in str([event.changes for event in events])


def test_only_so_many_views_are_kept(senco, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    kept(senco)

    with pytest.raises(NotAllowed, match=r"You have 1 views\. Delete one that you no longer need first"):
        actions.save_view(school=senco.school, name="Second", query="", by=senco)


def test_who_may_not_see_the_map_keeps_no_view(db):
    governor = member(Role.GOVERNOR)

    with pytest.raises(NotAllowed, match="Your role does not include the map"):
        actions.save_view(school=governor.school, name="Mine", query="", by=governor)


def test_nobody_changes_the_view_of_another(senco):
    theirs = kept(member(Role.SENCO, senco.school))

    with pytest.raises(NotAllowed, match="somebody else's"):
        actions.rename_view(view=theirs, name="Mine", by=senco)
    with pytest.raises(NotAllowed, match="somebody else's"):
        actions.delete_view(view=theirs, by=senco)
