"""Gaps and overlaps: what is told, to whom, and what puts it right."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from interventions.gaps import GAPS, Finder, Load
from interventions.models import Placement, Provision
from learners.models import Grant
from provisionmap.school.models import StaffHours
from provisionmap.school.roles import Role
from tests.factories import (
    DelivererFactory,
    GroupFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    SenProvisionFactory,
    member,
)
from tests.interventions.map_pages import CELL, HX

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
PAGE = reverse("interventions:gaps")


def find(user, key):
    finder = Finder(school=user.school, user=user, day=TODAY)
    return list(finder.rows(next(gap for gap in GAPS if gap.key == key)))


def placed(school, tier=2, one=None, **fields):
    one = one or LearnerFactory(school=school)
    provision = ProvisionFactory(school=school, tier=tier, **fields.pop("provision", {}))
    return PlacementFactory(learner=one, provision=provision, **fields)


def test_a_learner_with_support_and_nothing_today_is_told(senco):
    nothing, over = (SenProvisionFactory(learner__school=senco.school, code=code).learner for code in ("K", "E"))
    none = LearnerFactory(school=senco.school)
    placed(senco.school, one=over, ends=date(2026, 11, 22))
    placed(senco.school, one=SenProvisionFactory(learner__school=senco.school, code="K").learner)

    assert set(find(senco, "nothing")) == {nothing, over}
    assert none not in find(senco, "nothing")


def test_tier_3_without_anything_in_the_classroom_is_told(senco):
    group = GroupFactory(school=senco.school)
    bare = placed(senco.school, tier=3).learner
    own = placed(senco.school, tier=3).learner
    placed(senco.school, tier=1, one=own)
    taught = placed(senco.school, tier=4, one=LearnerFactory(school=senco.school, group=group)).learner
    ProvisionFactory(school=senco.school, tier=1, group=group)
    placed(senco.school, tier=2)

    assert find(senco, "no-universal") == [bare]
    assert taught.group == group


def test_two_provisions_for_the_same_need_at_one_tier_are_told_together(senco):
    one = LearnerFactory(school=senco.school)
    twins = [placed(senco.school, one=one), placed(senco.school, one=one)]
    placed(senco.school, one=one, provision={"area": "semh"})
    placed(senco.school, one=one, tier=3)
    placed(senco.school, one=one, ends=date(2026, 10, 1))
    placed(senco.school, tier=1, one=one)
    placed(senco.school, tier=1, one=one)

    assert set(find(senco, "doubled")) == set(twins)


@pytest.mark.parametrize(
    ("ends", "left", "next_one", "told"),
    [
        (date(2026, 11, 20), None, None, True),
        (date(2026, 11, 23), None, None, False),
        (date(2026, 10, 12), None, None, True),
        (date(2026, 10, 11), None, None, False),
        (date(2026, 11, 20), date(2026, 11, 1), None, False),
        (date(2026, 11, 20), None, {"starts": date(2026, 11, 23)}, False),
        (date(2026, 11, 20), None, {"starts": date(2026, 11, 23), "name": "Another"}, True),
        (date(2026, 11, 20), None, {"starts": date(2026, 11, 23), "name": "booster"}, False),
        (date(2026, 11, 20), None, {"starts": date(2026, 11, 23), "name": " BOOSTER "}, False),
        (date(2026, 11, 20), None, {"starts": date(2026, 9, 7), "name": "Booster"}, True),
        (date(2026, 11, 20), None, {"starts": date(2026, 11, 1), "ends": date(2026, 11, 22), "name": "Booster"}, True),
    ],
)
def test_a_provision_that_ended_is_told_until_something_follows(senco, ends, left, next_one, told):
    row = placed(senco.school, provision={"ends": ends, "name": "Booster"}, ends=left or ends)
    if next_one:
        ProvisionFactory(school=senco.school, **({"name": "Booster"} | next_one))

    assert find(senco, "ended") == ([row.provision] if told else [])


def test_what_somebody_may_not_see_neither_follows_nor_stayed_for_them(senco):
    assistant = member(Role.SENCO_ASSISTANT, senco.school)
    ends = date(2026, 11, 20)
    followed = placed(senco.school, provision={"ends": ends, "name": "Booster"}, ends=ends).provision
    ProvisionFactory(school=senco.school, name="Booster", starts=TODAY, confidential=True)
    emptied = placed(senco.school, provision={"ends": ends, "name": "Club"}, ends=ends, confidential=True).provision

    assert (find(senco, "ended"), find(assistant, "ended")) == ([emptied], [followed])


def test_what_targeted_support_lacks_is_told(senco):
    bare = placed(senco.school)
    full = placed(senco.school, outcome="Reads 60 words", review_on=date(2026, 11, 23))
    late = placed(senco.school, outcome="Reads 60 words", review_on=date(2026, 11, 22))
    placed(senco.school, tier=1)

    assert find(senco, "no-outcome") == [bare]
    assert find(senco, "no-review") == [bare]
    assert find(senco, "review-due") == [late]
    assert full.review_on == TODAY


def test_a_provision_that_nobody_answers_for_is_told(senco):
    bare = ProvisionFactory(school=senco.school)
    ProvisionFactory(school=senco.school, responsible=senco)
    ProvisionFactory(school=senco.school, responsible_name="Mr Hill")
    ProvisionFactory(school=senco.school, ends=date(2026, 11, 22))

    assert find(senco, "no-teacher") == [bare]


def hours(user, weekly):
    StaffHours.objects.create(school=user.school, user=user, weekly=Decimal(weekly))


def test_people_planned_for_more_than_their_week_are_told_the_furthest_over_first(senco):
    over, more, fits, unknown = (member(Role.TEACHING_ASSISTANT, senco.school) for _ in range(4))
    for one, weekly in ((over, "1"), (more, "1"), (fits, "2")):
        hours(one, weekly)
    for one in (over, more, fits, unknown):
        provision = ProvisionFactory(school=senco.school, sessions=5, minutes=20)
        DelivererFactory(provision=provision, user=one, preparation_minutes=2 if one == more else 0)
    DelivererFactory(provision=ProvisionFactory(school=senco.school, sessions=None, minutes=None), user=over)
    DelivererFactory(provision=ProvisionFactory(school=senco.school, ends=date(2026, 11, 1)), user=fits)
    DelivererFactory(provision=ProvisionFactory(school=senco.school), user=None, name="Therapist")

    loads = find(senco, "over-hours")

    assert [(load.user, load.minutes, load.over) for load in loads] == [(more.pk, 110, 50), (over.pk, 100, 40)]
    assert loads[0] == Load(more.pk, more.name, 110, Decimal("1.00"))


def test_a_teaching_assistant_is_told_of_their_own_learners_only_and_of_nobodys_hours(client, senco):
    ta = member(Role.TEACHING_ASSISTANT, senco.school)
    mine, other = placed(senco.school), placed(senco.school)
    Grant.ever.create(content_object=mine.learner, user=ta, source="shared:1", starts=date(2026, 9, 7))
    hidden = placed(senco.school, one=mine.learner, confidential=True)
    client.force_login(ta)

    overview, listed = client.get(PAGE).text, client.get(reverse("interventions:gap", args=["no-outcome"])).text

    assert "Staff over their hours" not in overview
    assert mine.learner.name in listed
    assert other.learner.name not in listed
    assert hidden.provision.name not in listed
    assert "Write the outcome" not in listed
    assert client.get(reverse("interventions:gap", args=["over-hours"])).status_code == 404
    assert 'id="learner-' not in client.get("/map/?gap=over-hours").text


def test_the_overview_counts_learners_first_and_names_what_it_counts(client, senco):
    one = LearnerFactory(school=senco.school)
    for _ in range(3):
        placed(senco.school, one=one, provision={"area": "semh", "responsible": None})

    text = " ".join(re.sub(r"<[^>]+>", " ", client.get(PAGE).text).split())

    assert "1 Two provisions for the same need 1 learner , 3 placements" in text
    assert "3 No responsible teacher 3 provisions" in text


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.key)
def test_each_gap_is_counted_listed_with_its_remedy_and_found_on_the_map(client, senco, gap):
    one = SenProvisionFactory(learner__school=senco.school, code="K", learner__surname="Nothing").learner
    doubled = LearnerFactory(school=senco.school, surname="Doubled")
    for _ in range(2):
        row = placed(senco.school, one=doubled, tier=3, review_on=None)
    placed(senco.school, review_on=date(2026, 11, 2))
    placed(senco.school, provision={"ends": date(2026, 11, 20)}, ends=date(2026, 11, 20))
    hours(senco, "0.25")
    DelivererFactory(provision=row.provision, user=senco)
    finder = Finder(school=senco.school, user=senco, day=TODAY)

    count = finder.counts()[gap.key]
    listed = client.get(reverse("interventions:gap", args=[gap.key]))
    overview = client.get(PAGE).text

    assert count == len(listed.context["rows"]) > 0
    assert listed.text.count(f">{gap.remedy}<span") == count
    assert gap.title in overview
    shown = set(re.findall(r'<tr[^>]*id="learner-(\d+)"', client.get("/map/", {"gap": gap.key}).text))
    assert shown == {str(pk) for pk in finder.learners_of(gap).values_list("pk", flat=True)} != set()
    assert one.surname == "Nothing"


@pytest.mark.parametrize("key", ["doubled", "no-outcome", "no-review", "review-due", "no-teacher", "over-hours"])
def test_the_map_of_a_gap_and_all_that_match_are_its_own_placements(client, senco, key):
    fine = {"outcome": "Reads", "review_on": date(2026, 12, 1)}
    one = LearnerFactory(school=senco.school)
    for fields in ({"outcome": ""}, {"review_on": None}, {"review_on": date(2026, 11, 2)}):
        placed(senco.school, one=one, provision={"area": "semh", "responsible": senco}, **(fine | fields))
    placed(senco.school, one=one, tier=1, provision={"responsible": senco})
    alone = placed(senco.school, one=one, **fine)
    ProvisionFactory(school=senco.school, group=GroupFactory(school=senco.school), responsible=senco)
    hours(senco, "0.25")
    DelivererFactory(provision=alone.provision, user=senco)
    found = {"no-teacher": {alone.pk}, "over-hours": {alone.pk}}.get(key) or {row.pk for row in find(senco, key)}
    address = f"gap={key}&view="

    learners = client.get(f"/map/?{address}learners").text
    areas = client.get(f"/map/?{address}areas").text
    several = client.post(f"/map/several/?{address}learners", {"all": "1", "act": "review"})

    assert {int(pk) for pk in re.findall(r'id="placement-(\d+)"', learners)} == found
    assert re.search(r"<b>(\d+)</b> placement", learners)[1] == str(len(found))
    assert len(re.findall(r'class="placement', areas)) == len(found)
    assert several.context["places"] == len(found)


def test_a_provision_that_nobody_answers_for_stands_on_its_map_without_learners_too(client, senco):
    ProvisionFactory(school=senco.school, name="Planned seating", tier=1)
    ProvisionFactory(school=senco.school, name="Fiddle toys", tier=1, responsible=senco)

    text = client.get("/map/?gap=no-teacher&view=areas").text

    assert "Planned seating" in text
    assert "Fiddle toys" not in text


def test_a_school_without_gaps_is_told_so(client, senco):
    assert "Nothing is missing, doubled or overdue." in client.get(PAGE).text
    assert "None today" in client.get(reverse("interventions:gap", args=["doubled"])).text
    assert client.get(reverse("interventions:gap", args=["anything"])).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow(client, senco, rows, django_assert_num_queries):
    for _ in range(rows):
        one = SenProvisionFactory(learner__school=senco.school, code="K").learner
        placed(senco.school, one=one)
        placed(senco.school, one=one)
        SenProvisionFactory(learner__school=senco.school, code="K")
        DelivererFactory(provision=ProvisionFactory(school=senco.school), user=senco)
    client.get(PAGE)

    with django_assert_num_queries(13):
        client.get(PAGE)
    for key, queries in (("nothing", 5), ("doubled", 5), ("no-teacher", 7)):
        with django_assert_num_queries(queries):
            client.get(reverse("interventions:gap", args=[key]))
    assert Placement.objects.count() == 2 * rows


class TestRemedies:
    """Each remedy says what it did and leads back to the list, which is one shorter."""

    def link(self, client, key):
        found = re.search(r'data-label="Remedy"><a class="button" href="([^"]*)"', self.page(client, key))
        return html.unescape(found[1])

    def page(self, client, key):
        return client.get(reverse("interventions:gap", args=[key])).text

    def sent(self, placement, **fields):
        return CELL | {"seen": placement.version, "dose": "3 x 10"} | fields

    @pytest.mark.parametrize("headers", [{}, HX])
    def test_ending_one_of_two_mends_both_and_leads_back(self, client, senco, headers):
        one = LearnerFactory(school=senco.school)
        twins = [placed(senco.school, one=one), placed(senco.school, one=one)]
        address = self.link(client, "doubled")
        here = headers | {"HX-Current-URL": f"http://testserver{address}"} if headers else {}
        last = re.search(r'name="on"[^>]*value="([^"]*)"', client.get(address).text)[1]

        done = client.post(address, {"on": last, "seen": 1}, headers=here)

        assert (done.headers.get("HX-Redirect") or done.headers["Location"]) == "/map/gaps/doubled/"
        text = self.page(client, "doubled")
        assert "None today" in text
        ended = next(row for row in twins if row.pk == int(re.search(r"/placements/(\d+)/", address)[1]))
        assert f"{ended.provision.name} for {one.name}: ends on 23/11/2026" in html.unescape(text)

    @pytest.mark.parametrize(
        ("key", "field", "value"),
        [("no-outcome", "outcome", "Reads 80 words"), ("no-review", "review_on", "2026-12-11"),
         ("review-due", "review_on", "2026-12-11")],
    )  # fmt: skip
    def test_the_form_opens_at_the_field_that_is_missing_and_leads_back(self, client, senco, key, field, value):
        row = placed(senco.school, review_on=date(2026, 11, 2) if key == "review-due" else None)
        address = self.link(client, key)

        form = client.get(address).text
        wrong = client.post(address, self.sent(row, dose="lots")).text
        done = client.post(address, self.sent(row) | {"outcome": "", field: value}, follow=True)

        for text in (form, wrong):
            assert re.findall(r'name="(\w+)"[^>]*autofocus', text) == [field]
            assert "<details open>" in text
            assert f'action="{address}"' in text
            assert f'<a href="/map/gaps/{key}/">' in text
        assert done.redirect_chain == [(f"/map/gaps/{key}/", 302)]
        assert f"{row.provision.name} for {row.learner.name}: saved" in html.unescape(done.text)
        assert "None today" in done.text

    def test_a_place_added_at_tier_1_leads_back(self, client, senco):
        one = placed(senco.school, tier=3).learner
        first = ProvisionFactory(school=senco.school, tier=1, name="Planned seating")
        address = self.link(client, "no-universal")

        done = client.post(address, {"provision": first.pk}, follow=True)

        assert done.redirect_chain == [("/map/gaps/no-universal/", 302)]
        assert f"Planned seating for {one.name}: added" in html.unescape(done.text)

    def test_a_teacher_is_chosen_beside_the_list(self, client, senco):
        teacher = member(Role.CLASS_TEACHER, senco.school)
        row = ProvisionFactory(school=senco.school, name="Booster", place="Hall")
        address = self.link(client, "no-teacher")

        form = client.get(address).text
        none = client.post(address, {"responsible": "", "seen": 1})
        done = client.post(address, {"responsible": teacher.pk, "seen": 1}, follow=True)
        late = client.post(address, {"responsible": teacher.pk, "seen": 1})

        assert re.findall(r'name="(\w+)"[^>]*autofocus', form) == ["responsible"]
        assert (none.status_code, late.status_code) == (422, 404)
        assert done.redirect_chain == [("/map/gaps/no-teacher/", 302)]
        assert f"{teacher.name} answers for Booster now" in html.unescape(done.text)
        row.refresh_from_db()
        assert (row.responsible, row.place) == (teacher, "Hall")

    def test_a_teacher_is_chosen_by_nobody_who_may_not_and_never_over_an_unseen_change(self, client, senco):
        row = ProvisionFactory(school=senco.school)
        address = self.link(client, "no-teacher")
        Provision.objects.filter(pk=row.pk).update(version=2)

        stale = client.post(address, {"responsible": senco.pk, "seen": 1})
        client.force_login(member(Role.HEAD, senco.school))
        head = client.get(address)

        assert (stale.status_code, head.status_code) == (409, 403)
        assert "Somebody changed it meanwhile" in stale.text
        row.refresh_from_db()
        assert row.responsible is None

    @pytest.mark.parametrize("tail", ["?provision=x", "?provision=999999", ""])
    def test_a_teacher_of_nothing_is_not_there(self, client, senco, tail):
        assert client.post(f"/map/gaps/no-teacher/{tail}", {"responsible": senco.pk}).status_code == 404

    def test_a_provision_that_ended_opens_with_the_way_back(self, client, senco):
        ended = date(2026, 11, 20)
        placed(senco.school, provision={"ends": ended}, ends=ended)

        assert '<a href="/map/gaps/ended/">' in client.get(self.link(client, "ended")).text

    def test_a_cell_that_is_opened_alone_leads_to_the_map_when_it_is_saved(self, client, senco):
        row = placed(senco.school)
        here = HX | {"HX-Current-URL": f"http://testserver/map/placements/{row.pk}/"}

        done = client.post(f"/map/placements/{row.pk}/", self.sent(row), headers=here)

        assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/map/")

    def test_a_gap_that_is_none_leads_to_the_map(self, client, senco):
        row = placed(senco.school)

        done = client.post(f"/map/placements/{row.pk}/?gap=wizard", self.sent(row))

        assert done.headers["Location"] == "/map/"

    @pytest.mark.parametrize("role", [Role.HEAD, Role.CLASS_TEACHER])
    def test_who_reads_only_is_told_who_mends(self, client, senco, role):
        by = member(role, senco.school)
        one = placed(senco.school).learner
        Grant.ever.create(content_object=one, user=by, source="shared:1", starts=date(2026, 9, 7))
        client.force_login(by)

        text = self.page(client, "no-review")

        assert "What you mend goes from this list at once" not in text
        assert "Your SENCO puts these right" in text


def test_of_hours_that_nobody_entered_it_is_said_that_they_are_unknown(client, senco):
    DelivererFactory(provision=ProvisionFactory(school=senco.school), user=senco)

    unknown = client.get(PAGE).text
    listed = client.get(reverse("interventions:gap", args=["over-hours"])).text
    hours(senco, "40")
    known = client.get(PAGE).text

    for text in (unknown, listed):
        assert "Nobody’s working week is known yet" in text
        assert f'href="{reverse("school:people")}"' in text
    assert re.search(r'<span class="count number">([^<]*)</span>\s*<div><h2>Staff over', unknown)[1] == "–"
    assert re.search(r'<span class="count number">([^<]*)</span>\s*<div><h2>Staff over', known)[1] == "0"

    def test_provision_started_for_a_learner_who_has_none_leads_back(self, client, senco):
        one = LearnerFactory(school=senco.school)
        SenProvisionFactory(learner=one, code="K")
        address = self.link(client, "nothing")
        plan = {"name": "Booster", "tier": 2, "area": "cognition", "dose": "3 x 10", "adults": 1, "preparation": 0}

        done = client.post(
            address,
            plan | {"starts": "2026-11-23", "ends": "2027-07-20", "role": "ta", "learners": one.pk},
            follow=True,
        )

        assert done.redirect_chain == [("/map/gaps/nothing/", 302)]
        assert "Booster is on the map for 1 learner" in done.text
        assert "None today" in done.text
