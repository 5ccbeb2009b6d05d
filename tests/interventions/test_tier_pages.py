"""The path to the other set of tiers: the set and the day, the rules, the totals, and doing it."""

import re
from datetime import date

import pytest
from django.urls import reverse

from interventions.actions.provisions import change_provision
from interventions.models import Placement, Provision, TierPlan
from interventions.tasks import change_tiers
from tests.factories import DelivererFactory, InterventionFactory, PlacementFactory

pytestmark = pytest.mark.django_db
PATH = reverse("interventions:tier-change")
DAY = {"to": "layers", "on": "2026-11-23"}
RULES = {**DAY, "rule_2": "2", "rule_3": "suggested"}


@pytest.fixture
def things(senco):
    """A group and a therapist's single learner in Wave 3, one in Wave 2, and an entry."""
    group, single, second = (
        PlacementFactory(learner__school=senco.school, provision__tier=tier, provision__name=name)
        for tier, name in ((3, "Catch-up"), (3, "Speech therapy"), (2, "Booster"))
    )
    PlacementFactory(learner__school=senco.school, provision=group.provision)
    DelivererFactory(provision=single.provision, role="therapist")
    InterventionFactory(school=senco.school, tier=3, name="Signing", group_max=1)
    return group.provision, single.provision, second.provision


def seen_in(answer):
    return re.search(r'name="seen" value="([^"]*)"', answer.text)[1]


def tiers():
    return dict(Provision.objects.values_list("name", "tier"))


def test_the_first_page_offers_the_other_set_from_today(client, senco):
    form = client.get(PATH).context["form"]

    assert (form["to"].value(), form["on"].value()) == ("layers", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"to": "layers", "on": "soon"}, "on"), ({"on": "2026-11-23"}, "to"), ({**DAY, "to": "waves"}, "__all__")],
)
def test_a_choice_without_sense_is_said_at_its_field(client, senco, sent, field):
    answer = client.get(PATH, sent)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_wave_3_has_to_be_chosen_and_the_others_go_without_saying(client, senco, things):
    shown = client.get(PATH, DAY)

    rules = shown.context["rules"]
    assert [(field.name, field.value()) for field in rules.rule_fields] == [("rule_2", "2"), ("rule_3", None)]
    assert "The layers are not a longer ladder" in shown.text
    assert "delivered by a therapist" in shown.text
    answer = client.post(PATH, {**DAY, "rule_2": "2"})
    assert answer.status_code == 422
    assert answer.context["rules"].errors["rule_3"] == ["Choose what Wave 3 becomes."]


def test_totals_before_and_after_then_done(client, senco, things):
    shown = client.post(PATH, RULES)

    text = " ".join(re.sub(r"<[^>]+>", " ", shown.text).split())
    assert "Wave 2 1 1 1 Wave 3 2 3 3 All 3 4 4" in text
    assert "Universal 0 0 0 Targeted 1 1 1 Targeted Plus 1 2 2 Specialist 1 1 1 All 3 4 4" in text
    assert "Maps of days before 23 November 2026 keep their tiers and names. Names of your own" in text
    assert "→" not in text  # where each tier goes says the table alone
    assert tiers() == {"Catch-up": 3, "Speech therapy": 3, "Booster": 2}
    done = client.post(PATH, {**RULES, "apply": "yes", "seen": seen_in(shown)})
    assert done.url == reverse("school:settings")
    assert tiers() == {"Catch-up": 3, "Speech therapy": 4, "Booster": 2}
    told = client.get(done.url).text
    assert "Your tiers are Universal, Targeted, Targeted Plus, Specialist from 23/11/2026" in told
    assert "“Undo the last change” on the map takes it back, and so does “History”." in told


def test_a_map_of_yesterday_keeps_wave_3_and_its_filter_agrees_with_its_totals(client, senco, things):
    client.post(PATH, {**RULES, "apply": "yes", "seen": seen_in(client.post(PATH, RULES))})

    def learners(query):
        return re.findall(r"<b>([^<]*)</b>", client.get(f"/map/{query}").text)[:2]

    assert [learners(f"?tier={tier}") for tier in (3, 4)] == [["2", "2"], ["1", "1"]]
    assert learners("?tier=3&as_of=2026-11-22") == ["3", "3"]
    yesterday = client.get("/map/?as_of=2026-11-22").text
    assert ("Wave 3</th>" in yesterday, "Specialist</th>" in yesterday) == (True, False)


def test_by_hand_is_kept_on_the_way_back(client, senco, things):
    by_hand = {f"p{things[0].pk}": "4"}
    shown = client.post(PATH, {**RULES, **by_hand})
    assert f'name="p{things[0].pk}" value="4"' in shown.text

    back = client.post(PATH, {**RULES, **by_hand, "back": "yes"})

    assert back.context["rules"][f"p{things[0].pk}"].value() == "4"
    assert back.status_code == 200


def test_what_moved_meanwhile_is_shown_and_nothing_written(client, senco, things):
    seen = seen_in(client.post(PATH, RULES))
    change_provision(provision=things[0], changes={"place": "Hall"}, deliverers=None, seen=1, by=senco)

    clash = client.post(PATH, {**RULES, "apply": "yes", "seen": seen})

    assert (clash.status_code, clash.context["moved"]) == (409, ["Catch-up"])
    assert tiers()["Speech therapy"] == 3
    assert client.post(PATH, {**RULES, "apply": "yes", "seen": seen_in(clash)}).status_code == 302


def test_entries_of_one_name_in_one_tier_are_refused_in_words(client, senco, things):
    InterventionFactory(school=senco.school, tier=2, name="Signing")

    answer = client.post(PATH, {**RULES, "rule_3": "2"})

    assert answer.status_code == 422
    assert "two entries in one tier called Signing" in answer.text


def test_a_later_day_is_planned_told_and_cancelled(client, senco, things, clock):
    later = {**RULES, "on": "2027-01-04"}
    preview = client.post(PATH, later)
    assert "Plan it for 4 January 2027" in preview.text
    client.post(PATH, {**later, "apply": "yes", "seen": seen_in(preview)}, follow=True)
    plan = TierPlan.objects.get()
    assert "Planned for 4 January 2027" in client.get(PATH).text

    told = "From 4 January 2027 the school’s tiers are to change."
    assert [told in client.get(f"/map/?as_of={day}").text for day in ("2027-01-03", "2027-01-04")] == [False, True]

    cancel = reverse("interventions:tier-cancel", args=[plan.pk])
    assert client.get(cancel).url == PATH
    told = [client.post(cancel, follow=True).text for _ in range(2)]

    assert "is cancelled. Your tiers stay." in told[0]
    assert "no longer planned" in told[1]


def test_on_its_day_the_nightly_job_does_it(client, senco, things, clock):
    later = {**RULES, "on": "2026-11-24"}
    client.post(PATH, {**later, "apply": "yes", "seen": seen_in(client.post(PATH, later))})
    change_tiers()
    assert tiers()["Speech therapy"] == 3

    clock.shift(86400)
    change_tiers()

    assert tiers()["Speech therapy"] == 4
    assert Placement.objects.with_tier(date(2026, 11, 23)).filter(tier_then=3).count() == 3


def test_a_school_with_nothing_yet_only_changes_names(client, senco):
    shown = client.get(PATH, DAY)
    assert "Nothing stands in your tiers yet" in shown.text

    client.post(PATH, {**DAY, "apply": "yes", "seen": ""})

    assert list(senco.school.tiers_on(date(2026, 11, 23)).values())[3] == "Specialist"


@pytest.mark.parametrize("many", [1, 30])
def test_the_pages_cost_the_same_for_one_and_for_thirty(client, senco, many, django_assert_num_queries):
    for _ in range(many):
        PlacementFactory(learner__school=senco.school, provision__tier=3)
        InterventionFactory(school=senco.school, tier=3)

    with django_assert_num_queries(11):
        client.get(PATH, DAY)


def test_what_ended_before_keeps_its_tier_and_its_name_on_a_learners_pages(client, senco, things):
    one = things[1].placements.get()
    ended = PlacementFactory(learner=one.learner, provision__tier=3, provision__name="Booster", ends=date(2026, 10, 16))
    client.post(PATH, {**RULES, "apply": "yes", "seen": seen_in(client.post(PATH, RULES))})

    for name in ("learners:learner", "interventions:timeline"):
        text = client.get(reverse(name, args=[one.learner_id])).text
        told = re.findall(r'<span class="tier t(\d)">([^<]*)</span>', text)
        assert sorted(told) == [("3", "Wave 3"), ("4", "Specialist")]
    assert ended.provision.ends == date(2027, 7, 20)  # the provision itself runs on, in Targeted Plus
