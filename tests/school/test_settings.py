"""The school's details and what it calls its tiers."""

from datetime import date

import pytest
from django.urls import reverse

from interventions.models import TierPlan
from provisionmap.school import tier_use
from provisionmap.school.access import NotAllowed
from provisionmap.school.actions.school import change_school, change_tiers
from provisionmap.school.models import AuditEvent, TierLabel
from provisionmap.school.stale import Stale
from tests.factories import InterventionFactory, MembershipFactory, SchoolFactory, TermFactory

SETTINGS, DETAILS, TIERS = (reverse(f"school:{name}") for name in ("settings", "details", "tiers"))
DAY = date(2026, 11, 23)
WAVES = {1: "Wave 1", 2: "Wave 2", 3: "Wave 3"}
LAYERS = {1: "Universal", 2: "Targeted", 3: "Targeted Plus", 4: "Specialist"}


def test_settings_show_where_each_stands(client, senco):
    TermFactory(year__school=senco.school)
    TermFactory(year__school=senco.school, year__name="2025/26", name="Old", starts=date(2025, 9, 2),
                ends=date(2025, 12, 19), half_term_starts=None, half_term_ends=None)  # fmt: skip

    shown = client.get(SETTINGS)

    assert (shown.context["people"], shown.context["terms"], shown.context["tiers"]) == (1, 1, WAVES)


def test_an_administrator_sees_what_is_theirs(client, administrator):
    text = client.get(SETTINGS).text

    assert (reverse("school:people") in text, TIERS in text) == (True, False)
    assert client.get(TIERS).status_code == 403


def test_details_are_changed_and_audited(client, senco):
    form = client.get(DETAILS).context["form"]
    sent = {"name": "Oakfield", "urn": "123456", "la_code": "892", "estab": "2001", "seen": form["seen"].value()}

    assert client.post(DETAILS, sent).url == SETTINGS

    senco.school.refresh_from_db()
    assert (senco.school.name, senco.school.urn, senco.school.version) == ("Oakfield", "123456", 2)
    assert AuditEvent.objects.get().changes["urn"] == ["", "123456"]


@pytest.mark.parametrize(
    ("field", "value"), [("urn", "12345"), ("la_code", "89x"), ("estab", "20011"), ("name", ""), ("name", "x" * 121)]
)
def test_a_number_of_the_wrong_length_is_refused(client, senco, field, value):
    sent = {"name": "Oakfield", "urn": "", "la_code": "", "estab": "", "seen": 1, field: value}

    answer = client.post(DETAILS, sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_the_second_of_two_sees_both_versions_of_the_details(client, senco):
    change_school(school=senco.school, changes={"name": "Theirs"}, seen=1, by=senco)
    sent = {"name": "Mine", "urn": "", "la_code": "", "estab": "", "seen": 1}

    answer = client.post(DETAILS, sent)

    assert answer.status_code == 409
    assert "They are now: Theirs" in answer.text
    assert answer.context["form"]["name"].value() == "Mine"
    assert client.post(DETAILS, {**sent, "seen": answer.context["form"]["seen"].value()}).status_code == 302


def test_another_set_of_tiers_counts_from_its_day_and_the_past_keeps_its_names(client, senco):
    assert client.get(TIERS).context["now"] == WAVES
    sent = {"tier_set": "layers", "starts": "2027-01-04", "seen": 1}

    assert client.post(TIERS, sent).url == SETTINGS

    senco.school.refresh_from_db()
    assert senco.school.tiers_on(date(2027, 1, 3)) == WAVES
    assert senco.school.tiers_on(date(2027, 1, 4)) == LAYERS
    assert "From 4 January 2027, tier 4 is “Specialist”" in client.get(SETTINGS).text
    assert AuditEvent.objects.get().changes["tier_set"] == ["waves", "layers"]


def test_going_back_to_three_tiers_keeps_the_fourth_in_the_past(senco):
    school = MembershipFactory(user=senco, school=SchoolFactory(tier_set="layers")).school

    change_tiers(school=school, tier_set="waves", labels={}, starts=DAY, seen=1, by=senco)

    school.refresh_from_db()
    assert school.tiers_on(date(2026, 11, 22)) == LAYERS
    assert school.tiers_on(DAY) == WAVES


def test_own_names_replace_those_of_the_set_and_are_read_back(client, senco):
    client.post(TIERS, {"tier_set": "waves", "label_1": "Everyone", "starts": "2026-11-23", "seen": 1})

    senco.school.refresh_from_db()
    assert senco.school.tiers_on(DAY) == {1: "Everyone", 2: "Wave 2", 3: "Wave 3"}
    form = client.get(TIERS).context["form"]
    assert [field.value() for field in form.own_names] == ["Everyone", "", "", ""]
    client.post(TIERS, {"tier_set": "waves", "label_1": "All", "starts": "2026-11-23", "seen": 2})
    assert TierLabel.objects.get(code=1, starts=DAY).label == "All"
    assert senco.school.tiers_on(date(2026, 11, 22)) == WAVES


def test_tiers_in_use_keep_their_set_here_and_have_a_page_of_their_own_to_change_it(client, senco):
    assert "tier_set" in client.get(TIERS).context["form"].fields
    InterventionFactory(school=senco.school, tier=3)

    shown = client.get(TIERS)
    with pytest.raises(NotAllowed, match="on its own page"):
        change_tiers(school=senco.school, tier_set="layers", labels={}, starts=DAY, seen=1, by=senco)
    client.post(TIERS, {"tier_set": "layers", "label_1": "All", "starts": "2026-11-23", "seen": 1})

    assert "tier_set" not in shown.context["form"].fields
    assert reverse("interventions:tier-change") in shown.text
    senco.school.refresh_from_db()
    assert (senco.school.tier_set, senco.school.tiers_on(DAY)[1]) == ("waves", "All")


def test_a_planned_change_of_the_set_is_told(client, senco):
    TierPlan.objects.create(school=senco.school, on=date(2027, 1, 4), old_set="waves", new_set="layers", by=senco)

    told = "From 4 January 2027 your tiers are Universal, Targeted, Targeted Plus, Specialist"
    assert [told in client.get(address).text for address in (SETTINGS, TIERS)] == [True, True]


def test_the_second_of_two_sees_the_tiers_as_they_are_now(client, senco):
    change_tiers(school=senco.school, tier_set="layers", labels={}, starts=DAY, seen=1, by=senco)

    answer = client.post(TIERS, {"tier_set": "waves", "starts": "2026-11-23", "seen": 1})

    assert answer.status_code == 409
    assert answer.context["now"] == LAYERS
    with pytest.raises(Stale):
        change_tiers(school=senco.school, tier_set="waves", labels={}, starts=DAY, seen=1, by=senco)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"label_1": "Wave 2"}, "label_2"), ({"tier_set": "x"}, "tier_set"), ({"starts": "soon"}, "starts")],
)
def test_names_that_cannot_be_told_apart_are_refused(client, senco, changes, field):
    answer = client.post(TIERS, {"tier_set": "waves", "starts": "2026-11-23", "seen": 1, **changes})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_only_those_who_manage_settings_change_them(administrator):
    for change in (
        lambda: change_school(school=administrator.school, changes={"name": "X"}, seen=1, by=administrator),
        lambda: change_tiers(
            school=administrator.school, tier_set="layers", labels={}, starts=DAY, seen=1, by=administrator
        ),
    ):
        with pytest.raises(NotAllowed, match="Ask your SENCO"):
            change()


def test_nothing_registered_means_no_tier_in_use(monkeypatch, db):
    monkeypatch.setattr(tier_use, "_providers", {})

    assert tier_use.codes_in_use(SchoolFactory()) == set()


def test_a_name_is_read_as_it_is(senco):
    assert str(TierLabel(school=senco.school, code=1, label="Everyone", starts=DAY)) == "Everyone"


KEEPING = reverse("school:keeping")


def test_keeping_for_less_than_the_guidance_says_is_asked_for_twice(client, senco):
    short = {"sen_years": 25, "pupil_years": 25, "seen": senco.school.version}
    assert "less time than the guidance" not in client.get(KEEPING).text

    asked = client.post(KEEPING, short)
    senco.school.refresh_from_db()

    assert (asked.status_code, senco.school.sen_years) == (422, 31)
    assert "Nothing is saved yet: tick this if you mean it." in asked.text
    assert client.post(KEEPING, short | {"shorter": "on"}).status_code == 302
    senco.school.refresh_from_db()
    assert senco.school.sen_years == 25


def test_what_is_short_already_and_stays_so_is_not_asked_again(client, senco):
    senco.school.sen_years = 26
    senco.school.save()

    answer = client.post(KEEPING, {"sen_years": 26, "pupil_years": 30, "seen": senco.school.version})

    assert answer.status_code == 302
    senco.school.refresh_from_db()
    assert (senco.school.sen_years, senco.school.pupil_years) == (26, 30)
