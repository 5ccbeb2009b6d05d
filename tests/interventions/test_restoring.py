"""Versions of a placement side by side, and restoring one of them, even of a placement that was removed."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interventions.actions import undoing
from interventions.actions.changes import change_rows, open_change
from interventions.actions.placements import change_placement, place, undo_last
from interventions.actions.restoring import restore_version, take_back_version
from interventions.models import MapChange, Placement
from learners.models import Grant
from provisionmap.school.access import NotAllowed
from provisionmap.school.models import AuditEvent
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import DelivererFactory, LearnerFactory, PlacementFactory, ProvisionFactory, member

pytestmark = pytest.mark.django_db
SEPTEMBER, JULY = date(2026, 9, 7), date(2027, 7, 20)


@pytest.fixture
def row(senco):
    """A place that was changed once."""
    provision = ProvisionFactory(school=senco.school, name="Signing")
    learner = LearnerFactory(school=senco.school)
    made = place(provision=provision, learner=learner, starts=SEPTEMBER, ends=JULY, by=senco)
    return change_placement(
        placement=made, changes={"sessions": 5, "outcome": "Signs ten words", "ends": date(2026, 12, 18)}, seen=1,
        by=senco,
    )  # fmt: skip


def first(row):
    return Placement.history.filter(id=row.pk).earliest("history_id")


def latest(row):
    return Placement.history.filter(id=row.pk).exclude(history_type="-").latest("history_id")


def read_first(done):
    """Which of the two is read first, and on PostgreSQL locked."""
    told = [re.match(r'SELECT.*? FROM "interventions_(provision|placement)"', one["sql"]) for one in done]
    return next(one[1] for one in told if one)


def pages(row):
    return [reverse(f"interventions:placement-{name}", args=[row.pk]) for name in ("history", "restore")]


def removed(row):
    pk = row.pk
    Placement.objects.get(pk=pk).delete()
    row.pk = pk
    return row


def test_an_earlier_version_comes_back_as_one_change_that_can_be_undone(senco, row):
    restored = restore_version(version=first(row), seen=2, by=senco)

    row.refresh_from_db()
    assert (row.sessions, row.outcome, row.ends, row.version) == (3, "", JULY, 3)
    assert restored == row
    change = MapChange.objects.get()
    assert (change.kind, change.words) == ("restore", "Restored a place in Signing as it was on 23/11/2026")
    assert AuditEvent.objects.filter(verb="map.restore").count() == 1
    undoing.undo_change(change=change, by=senco)
    row.refresh_from_db()
    assert (row.sessions, row.outcome, row.ends) == (5, "Signs ten words", date(2026, 12, 18))


def test_ctrl_z_takes_a_restore_back(senco, row):
    restore_version(version=first(row), seen=2, by=senco)

    undo_last(school=senco.school, by=senco, now=MapChange.objects.get().at)

    assert Placement.objects.get().sessions == 5


def test_a_removed_placement_comes_back_under_its_history(senco, row):
    helper = DelivererFactory(provision=row.provision, user=member(Role.TEACHING_ASSISTANT, senco.school)).user
    removed(row)

    restored = restore_version(version=first(row), seen=0, by=senco)

    assert (restored.pk, restored.version) == (row.pk, 3)
    assert list(restored.history.order_by("history_id").values_list("history_type", flat=True)) == ["+", "~", "-", "+"]
    assert Grant.ever.filter(user=helper, content_object=row.learner).exists()
    undoing.undo_change(change=MapChange.objects.get(), by=senco)
    assert not Placement.objects.exists()
    assert not Grant.ever.exists()


def test_what_was_confidential_stays_as_it_is_now(senco, row):
    change_placement(placement=row, changes={"confidential": True}, seen=2, by=senco)

    restore_version(version=first(row), seen=3, by=senco)

    assert Placement.objects.get().confidential is True


def test_days_that_no_longer_fit_are_refused(senco, row):
    row.provision.ends = date(2027, 1, 29)
    row.provision.save()

    with pytest.raises(NotAllowed, match="Signing itself ends on 29/01/2027"):
        restore_version(version=first(row), seen=2, by=senco)

    assert (Placement.objects.get().sessions, MapChange.objects.exists()) == (5, False)


def test_another_place_in_that_time_stands_in_the_way(senco, row):
    removed(row)
    PlacementFactory(provision=row.provision, learner=row.learner, starts=date(2026, 10, 1))

    with pytest.raises(NotAllowed, match="another place in this provision"):
        restore_version(version=first(row), seen=0, by=senco)


def test_a_provision_that_is_gone_is_started_first(senco, row):
    version = first(row)
    removed(row)
    row.provision.delete()

    with pytest.raises(NotAllowed, match="The provision it was in is gone"):
        restore_version(version=version, seen=0, by=senco)


def test_the_second_of_two_restores_nothing(senco, row):
    change_placement(placement=row, changes={"sessions": 4}, seen=2, by=senco)

    with pytest.raises(Stale) as stale:
        restore_version(version=first(row), seen=2, by=senco)

    assert (stale.value.current.sessions, MapChange.objects.exists()) == (4, False)


def test_removed_or_put_back_meanwhile_is_said(senco, row):
    with pytest.raises(NotAllowed, match="while you were looking"):
        restore_version(version=first(row), seen=0, by=senco)
    version = first(row)
    removed(row)

    with pytest.raises(NotAllowed, match="while you were looking"):
        restore_version(version=version, seen=2, by=senco)


@pytest.mark.parametrize("role", [Role.HEAD, Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT])
def test_who_may_not_change_the_map_restores_nothing(senco, row, role):
    with pytest.raises(NotAllowed):
        restore_version(version=first(row), seen=2, by=member(role, senco.school))

    assert Placement.objects.get().sessions == 5


class TestThePages:
    def test_versions_stand_side_by_side_with_who_and_when(self, client, senco, row):
        shown = client.get(pages(row)[0])

        text = " ".join(re.sub(r"<[^>]+>", " ", shown.text).split())
        assert f"Now 23/11/2026, 10:00 changed by {senco.name} 23/11/2026, 10:00 added by {senco.name}" in text
        assert "Dose 5 × 10 min changed 3 × 10 min" in text
        assert [head["restores"] for head in shown.context["heads"]] == [False, True]
        cards = shown.text.split('<ul class="version-cards">')[1].split("</ul>")[0].split("<li")[1:]
        assert [card.count("Restore this") for card in cards] == [0, 1]
        assert ['<dd class="changed">5 × 10 min' in card for card in cards] == [True, False]

    def test_restored_from_the_page(self, client, senco, row):
        show, restore = pages(row)
        assert client.get(restore).url == show

        done = client.post(restore, {"version": first(row).history_id, "seen": 2}, follow=True)

        assert "Restored in Signing." in done.text
        assert Placement.objects.get().sessions == 3

    def test_a_removed_one_is_found_in_the_history_and_comes_back(self, client, senco, row):
        removed(row)
        show, restore = pages(row)
        page = client.get(show)
        assert "This place was removed." in page.text
        assert [head["restores"] for head in page.context["heads"]] == [False, True, True]
        assert show in client.get(reverse("interventions:history-edit", args=[latest(row).history_id])).text

        client.post(restore, {"version": latest(row).history_id, "seen": 0})

        assert Placement.objects.get(pk=row.pk).outcome == "Signs ten words"

    def test_a_stale_page_shows_the_versions_anew(self, client, senco, row):
        change_placement(placement=row, changes={"sessions": 4}, seen=2, by=senco)

        clash = client.post(pages(row)[1], {"version": first(row).history_id, "seen": 2})

        assert clash.status_code == 409
        assert "Somebody changed this placement while you were looking." in clash.text
        assert len(clash.context["heads"]) == 3

    def test_a_refusal_is_told(self, client, senco, row):
        row.provision.ends = date(2027, 1, 29)
        row.provision.save()

        told = client.post(pages(row)[1], {"version": first(row).history_id, "seen": 2}, follow=True).text

        assert "Signing itself ends on 29/01/2027" in told

    @pytest.mark.parametrize("version", ["", "x", "999999"])
    def test_a_version_of_nothing_is_nowhere(self, client, senco, row, version):
        assert client.post(pages(row)[1], {"version": version, "seen": 2}).status_code == 404

    def test_what_is_saved_while_the_page_is_read_is_not_restored_over_unseen(self, client, senco, row):
        """The number that the page carries must never be of a version that it does not show."""
        meanwhile = iter(["Signs twenty words"])

        def save_after_the_first_look(execute, sql, *rest):
            found = execute(sql, *rest)
            if sql.startswith("SELECT") and re.search(r'FROM "interventions_(historical)?placement"', sql):
                for outcome in meanwhile:
                    change_placement(placement=Placement.objects.get(), changes={"outcome": outcome}, seen=2, by=senco)
            return found

        with connection.execute_wrapper(save_after_the_first_look):
            page = client.get(pages(row)[0]).text
        seen = re.findall(r'name="seen" value="(\d+)"', page)
        answer = client.post(pages(row)[1], {"version": first(row).history_id, "seen": seen[0]})

        row.refresh_from_db()
        assert answer.status_code == 409
        assert row.outcome == "Signs twenty words"

    def test_nobody_restores_what_they_do_not_see(self, client, senco, row):
        other = member(Role.SENCO)
        client.force_login(other)

        assert [client.get(address).status_code for address in pages(row)] == [404, 404]
        assert client.post(pages(row)[1], {"version": first(row).history_id, "seen": 2}).status_code == 404

    def test_who_reads_only_has_no_button(self, client, senco, row):
        client.force_login(member(Role.HEAD, senco.school))

        assert "Restore this" not in client.get(pages(row)[0]).text

    def test_only_the_newest_thirty_stand_side_by_side(self, client, senco, row):
        for _ in range(30):
            row.save()

        shown = client.get(pages(row)[0])

        assert (len(shown.context["heads"]), "Older versions are in the history" in shown.text) == (30, True)

    @pytest.mark.parametrize("many", [1, 25])
    def test_the_same_queries_however_many_versions(self, client, senco, row, many, django_assert_num_queries):
        for _ in range(many):
            row.save()

        with django_assert_num_queries(6):
            client.get(pages(row)[0])


def test_a_step_back_takes_the_provision_before_its_placements_as_every_other_act_does(senco, row):
    """In the other order two people who act at once wait for each other, until the database ends one of them."""
    with CaptureQueriesContext(connection) as done:
        take_back_version(version=latest(row), by=senco)

    assert read_first(done) == "provision"


class TestWhoWentOnInAnotherGroup:
    """A version of the old group must not be written into the new one."""

    @pytest.fixture
    def gone_on(self, senco, row):
        other = ProvisionFactory(school=senco.school, name="Talk group")
        change = open_change(school=senco.school, kind="bulk", words="Moved 1 placement", by=senco)
        moved = Placement.objects.get(pk=row.pk)
        moved.provision = other
        change_rows([moved], ["provision"], change=change)
        return moved

    def test_an_old_version_is_not_restored(self, senco, gone_on):
        with pytest.raises(NotAllowed, match="went on in another group since"):
            restore_version(version=first(gone_on), seen=gone_on.version, by=senco)

        gone_on.refresh_from_db()
        assert gone_on.ends == date(2026, 12, 18)

    def test_nor_is_an_old_change_taken_back(self, senco, gone_on):
        versions = Placement.history.filter(id=gone_on.pk, history_change_reason="map")
        assert len(versions) == 2
        for version in versions:
            with pytest.raises(undoing.MovedOn, match="went on in another group since"):
                take_back_version(version=version, by=senco)

        assert Placement.objects.count() == 1

    def test_the_page_shows_which_group_and_offers_only_what_can_be_restored(self, client, gone_on):
        text = client.get(pages(gone_on)[0]).text

        assert re.findall(r"<td[^>]*>(Signing|Talk group)", text) == ["Talk group", "Signing", "Signing"]
        assert "Restore this" not in text


def test_what_was_ever_confidential_does_not_come_back_open(senco, row):
    version = first(row)
    row.confidential = True
    row.save()
    row = removed(row)

    restored = restore_version(version=version, seen=0, by=senco)

    assert restored.confidential
    assert not Placement.objects.visible_to(member(Role.SENCO_ASSISTANT, senco.school)).exists()
