"""The intervention library."""

from datetime import date

import pytest

from interventions.actions import library as actions
from interventions.areas import AREAS
from interventions.forms.clash import words_of
from interventions.forms.library import InterventionForm
from interventions.models import Intervention
from interventions.starters import STARTERS
from provisionmap.school.access import NotAllowed
from provisionmap.school.roles import Role
from provisionmap.school.stale import Stale
from tests.factories import InterventionFactory, ProvisionFactory, member

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
SENT = {"name": "Lego club", "tier": "2", "areas": ["semh"], "sessions": "1", "minutes": "45", "evidence_grade": "weak"}


@pytest.fixture
def by():
    return member(Role.SENCO)


class TestTheStarters:
    def test_every_area_of_need_has_entries_in_every_tier(self):
        four = [code for code in AREAS if code != "other"]

        assert {(area, one.tier) for one in STARTERS for area in one.areas} >= {
            (area, tier) for area in four for tier in (1, 2, 3)
        }

    def test_every_entry_says_for_whom_until_when_and_how_we_know(self):
        for one in STARTERS:
            assert one.summary, one.key
            assert one.entry_criteria, one.key
            assert one.exit_criteria, one.key
            assert one.success_measure, one.key

    def test_keys_and_names_are_each_used_once(self):
        assert len({one.key for one in STARTERS}) == len(STARTERS)
        assert len({(one.name, one.tier) for one in STARTERS}) == len(STARTERS)

    def test_every_text_fits_its_column(self):
        for one in STARTERS:
            entry = Intervention(**{key: value for key, value in vars(one).items() if key not in ("key", "areas")})
            entry.clean_fields(exclude=["school", "evidence_source"])


class TestFilling:
    def test_a_second_filling_adds_nothing(self, by):
        first = actions.stock(school=by.school, by=by)
        second = actions.stock(school=by.school, by=by)

        assert (first, second, Intervention.objects.count()) == (len(STARTERS), 0, len(STARTERS))

    def test_an_entry_of_the_schools_own_with_the_same_name_is_left_alone(self, by):
        one = STARTERS[0]
        InterventionFactory(school=by.school, name=one.name, tier=one.tier)

        assert actions.stock(school=by.school, by=by) == len(STARTERS) - 1

    def test_an_archived_starter_does_not_come_back(self, by):
        actions.stock(school=by.school, by=by)
        entry = Intervention.objects.first()
        actions.archive_intervention(intervention=entry, on=date(2026, 11, 23), seen=1, by=by)

        assert actions.stock(school=by.school, by=by) == 0


class TestChanging:
    def test_every_version_stays_readable(self, by):
        entry = InterventionFactory(school=by.school, name="Old")

        changed = actions.change_intervention(
            intervention=entry, changes={"name": "New"}, areas=["semh", "cognition"], seen=1, by=by
        )

        assert (changed.version, changed.area_codes) == (2, ["cognition", "semh"])
        assert list(entry.history.order_by("history_id").values_list("name", "history_user")) == [
            ("Old", None), ("New", by.pk),
        ]  # fmt: skip

    def test_the_second_of_two_savers_is_refused(self, by):
        entry = InterventionFactory(school=by.school, version=2)

        with pytest.raises(Stale):
            actions.change_intervention(intervention=entry, changes={"name": "Mine"}, areas=[], seen=1, by=by)

    @pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.HEAD, Role.GOVERNOR, Role.ADMINISTRATOR])
    def test_who_only_reads_is_told_so(self, role):
        by = member(role)

        with pytest.raises(NotAllowed, match=r"Your role reads the library but does not change it. Ask your SENCO."):
            actions.add_intervention(school=by.school, fields={"name": "X", "tier": 1}, areas=[], by=by)

    def test_what_is_archived_is_no_longer_in_use_but_stays(self, by):
        entry = InterventionFactory(school=by.school)

        actions.archive_intervention(intervention=entry, on=date(2026, 11, 23), seen=1, by=by)

        assert (Intervention.objects.in_use().count(), Intervention.objects.count()) == (0, 1)

    def test_areas_are_found_by_code(self, by):
        InterventionFactory(school=by.school, area="semh")
        wanted = InterventionFactory(school=by.school, area="cognition")

        assert list(Intervention.objects.in_area("cognition")) == [wanted]
        assert str(wanted.areas.get()) == "cognition"


class TestThePages:
    def test_an_empty_library_offers_to_fill_itself(self, client, senco):
        empty = client.get("/library/").text
        filled = client.post("/library/stock/", follow=True).text
        again = client.post("/library/stock/", follow=True).text

        assert "Fill the library with starter entries" in empty
        assert f"{len(STARTERS)} entries added." in filled
        assert "Every starter entry was there already." in again

    def test_words_areas_and_tiers_narrow_the_list(self, client, senco):
        InterventionFactory(school=senco.school, name="Lego club", tier=2, area="semh")
        InterventionFactory(school=senco.school, name="Phonics boost", tier=3, area="cognition")

        pages = [
            client.get("/library/?area=semh").text,
            client.get("/library/?tier=3").text,
            client.post("/library/", {"text": "LEGO"}, headers=HX).text,
            client.post("/library/", {"text": "zzz"}, headers=HX).text,
        ]

        found = [("Lego club" in page, "Phonics boost" in page) for page in pages]
        assert found == [(True, False), (False, True), (True, False), (False, False)]
        assert "Nothing matches" in pages[3]

    def test_an_entry_is_added_changed_archived_and_brought_back(self, client, senco):
        added = client.post("/library/new/", SENT, follow=True)
        entry = Intervention.objects.get()
        changed = client.post(f"/library/{entry.pk}/edit/", SENT | {"name": "Brick club", "seen": "1"}, follow=True)
        archived = client.post(f"/library/{entry.pk}/archive/", {"seen": "2"}, follow=True)
        shown = client.get("/library/?archived=1").text
        back = client.post(f"/library/{entry.pk}/archive/", {"seen": "3"}, follow=True)
        stale = client.post(f"/library/{entry.pk}/archive/", {"seen": "3"}, follow=True)

        assert "Added to the library." in added.text
        assert "Saved." in changed.text
        assert "Archived. Bring it back from this page." in archived.text
        assert "Brick club" in shown
        assert "Back in use." in back.text
        assert "Somebody changed this entry meanwhile." in stale.text

    def test_a_name_that_is_taken_is_said_beside_the_name(self, client, senco):
        InterventionFactory(school=senco.school, name="Lego club", tier=2)
        other = InterventionFactory(school=senco.school, name="Other", tier=2)

        new = client.post("/library/new/", SENT)
        edited = client.post(f"/library/{other.pk}/edit/", SENT | {"seen": "1"})

        for answer in (new, edited):
            assert answer.status_code == 422
            assert "The library already has an entry with this name in this tier." in answer.text

    def test_an_archived_entry_whose_name_was_taken_stays_archived(self, client, senco):
        old = InterventionFactory(school=senco.school, name="Lego club", archived_at=date(2026, 9, 1))
        InterventionFactory(school=senco.school, name="Lego club")

        answer = client.post(f"/library/{old.pk}/archive/", {"seen": "1"}, follow=True)

        assert "The library already has an entry with this name in this tier." in answer.text

    def test_groups_in_the_wrong_order_are_refused(self, client, senco):
        answer = client.post("/library/new/", SENT | {"group_min": "6", "group_max": "3"})

        assert answer.status_code == 422
        assert "The largest group is smaller than the smallest." in answer.text

    def test_two_people_see_both_versions(self, client, senco):
        entry = InterventionFactory(school=senco.school, name="Theirs", version=2)

        answer = client.post(f"/library/{entry.pk}/edit/", SENT | {"seen": "1"})

        assert answer.status_code == 409
        assert "<td>Theirs</td><td>Lego club</td>" in answer.text
        assert "<td>Cognition and learning</td><td>Social, emotional and mental health</td>" in answer.text
        assert 'name="seen" value="2"' in answer.text

    def test_an_entry_shows_where_it_runs_and_what_changed(self, client, senco):
        entry = InterventionFactory(school=senco.school)
        ProvisionFactory(school=senco.school, intervention=entry, name="Tuesday group")
        actions.change_intervention(intervention=entry, changes={"training": "A day"}, areas=[], seen=1, by=senco)

        text = client.get(f"/library/{entry.pk}/").text

        assert "Tuesday group" in text
        assert "training needed" in text

    @pytest.mark.parametrize("rows", [1, 30])
    def test_the_number_of_queries_does_not_grow(self, client, senco, rows, django_assert_num_queries):
        for _ in range(rows):
            InterventionFactory(school=senco.school)

        with django_assert_num_queries(6):
            client.get("/library/")


def test_values_are_shown_in_words():
    fields = InterventionForm(tiers={1: "Wave 1"}).fields

    assert [words_of(fields["tier"], 1), words_of(fields["areas"], []), words_of(fields["minutes"], None)] == [
        "Wave 1", "–", "–",
    ]  # fmt: skip
    assert [words_of(fields["name"], True), words_of(fields["name"], date(2026, 9, 7))] == ["Yes", "7 September 2026"]
