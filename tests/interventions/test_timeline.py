"""One learner's map through time: its terms, its bars, and who sees what."""

import html
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interventions.dose import Dose
from interventions.grid import Item
from interventions.grid.timeline import ACROSS, Period, arrange, columns_of, periods_of
from provisionmap.school.calendar import TermDates
from provisionmap.school.roles import Role
from tests.factories import (
    AcademicYearFactory,
    DelivererFactory,
    LearnerFactory,
    PlacementFactory,
    ProvisionFactory,
    TermFactory,
    UserFactory,
    member,
)

TODAY = date(2026, 11, 23)
TERMS = [
    TermDates("Summer 2026", date(2026, 4, 13), date(2026, 7, 21)),
    TermDates("Autumn 2026", date(2026, 9, 2), date(2026, 12, 18)),
    TermDates("Spring 2027", date(2027, 1, 5), date(2027, 3, 25)),
    TermDates("Summer 2027", date(2027, 4, 12), date(2027, 7, 21)),
]
PERIODS = [Period(term.name, term.starts, term.ends) for term in TERMS]
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def item(pk, starts, ends=None, name="Phonics", tier=2):
    return Item(pk, 1, tier, name, Dose(3, 20), starts=starts, ends=ends)


class TestArranging:
    @pytest.mark.parametrize(
        ("starts", "ends", "expected"),
        [
            (date(2026, 9, 7), date(2026, 12, 18), (1, 1)),
            (date(2026, 9, 7), date(2027, 1, 5), (1, 2)),
            (date(2026, 9, 7), None, (1, 3)),
            (date(2026, 7, 25), date(2026, 8, 20), (1, 1)),  # in the holidays: with the term that follows
            (date(2020, 1, 1), date(2020, 2, 1), (0, 0)),
            (date(2029, 1, 1), None, (3, 3)),
        ],
    )
    def test_a_bar_covers_the_terms_it_touches(self, starts, ends, expected):
        assert columns_of(item(1, starts, ends), PERIODS) == expected

    def test_periods_run_from_the_first_term_touched_to_the_last(self):
        held = [item(1, date(2026, 9, 7), date(2027, 2, 1))]

        assert [one.name for one in periods_of(TERMS, held, TODAY)] == ["Autumn 2026", "Spring 2027"]
        assert [one.name for one in periods_of(TERMS, [], TODAY)] == ["Autumn 2026"]

    def test_a_school_without_terms_gets_school_years(self):
        held = [item(1, date(2025, 1, 7), date(2027, 9, 1))]

        assert [one.name for one in periods_of([], held, TODAY)] == ["2024/25", "2025/26", "2026/27", "2027/28"]

    def test_what_follows_in_another_term_stands_in_the_same_row(self):
        line = arrange(
            [item(2, date(2027, 1, 5), date(2027, 3, 25)), item(1, date(2026, 4, 13), date(2026, 7, 21))], PERIODS
        )

        (track,) = line.tracks
        assert [(bar.first, bar.last, gap) for bar, gap in track.drawn] == [(0, 0, 0), (2, 2, 1)]
        assert track.rest == 1

    def test_what_shares_a_term_shares_its_bar(self):
        line = arrange(
            [item(1, date(2026, 9, 7), date(2026, 10, 1)), item(2, date(2026, 10, 2), date(2027, 1, 9))], PERIODS
        )

        (bar,) = line.tracks[0].bars
        assert ([one.pk for one in bar.items], bar.first, bar.width) == ([1, 2], 1, 2)

    def test_six_terms_at_a_time_the_last_ones_first(self):
        periods = [Period(f"T{n}", date(2020 + n, 1, 1), date(2020 + n, 6, 1)) for n in range(8)]
        held = [item(1, date(2020, 1, 1), date(2020, 2, 1), "Old"), item(2, date(2027, 1, 1), None, "New")]

        last, first = arrange(held, periods), arrange(held, periods, back=6)

        assert (last.periods[0].name, last.earlier, last.later, last.hidden) == ("T2", 2, 0, 1)
        assert (first.periods[-1].name, first.earlier, first.later) == ("T5", 0, 2)
        assert [track.name for track in first.tracks] == ["Old"]

    @given(st.lists(st.tuples(DAYS, st.integers(0, 900), st.booleans(), st.sampled_from("AB")), max_size=12), DAYS)
    def test_every_placement_is_drawn_once_or_counted_and_every_row_is_full(self, spans, today):
        items = [
            item(pk, starts, None if endless else starts + timedelta(days=days), name)
            for pk, (starts, days, endless, name) in enumerate(spans)
        ]
        line = arrange(items, periods_of(TERMS, items, today))

        drawn = [one.pk for track in line.tracks for bar in track.bars for one in bar.items]
        assert len(drawn) == len(set(drawn)) == len(items) - line.hidden
        assert len(line.periods) <= ACROSS
        for track in line.tracks:
            assert sum(gap + bar.width for bar, gap in track.drawn) + track.rest == len(line.periods)
            assert all(gap >= 0 for _, gap in track.drawn)


@pytest.mark.django_db
class TestThePage:
    def placed(self, one, name, starts, ends, **fields):
        provision = ProvisionFactory(school=one.school, name=name, starts=starts, ends=None, **fields)
        return PlacementFactory(
            learner=one, provision=provision, starts=starts, ends=ends, outcome="Reads 60 words", target="60",
            review_on=date(2026, 12, 1),
        )  # fmt: skip

    def page(self, client, one, query=""):
        return html.unescape(re.sub(r"\s+", " ", client.get(f"/map/learners/{one.pk}/{query}").text))

    def test_a_bar_says_dose_dates_outcome_people_and_review_and_the_row_its_tier(self, client, senco):
        TermFactory(year=AcademicYearFactory(school=senco.school))
        one = LearnerFactory(school=senco.school)
        held = self.placed(one, "Phonics", date(2026, 9, 7), date(2026, 12, 18))
        DelivererFactory(provision=held.provision, user=UserFactory(name="Ann Bell"))

        text = self.page(client, one)

        assert 'Phonics <span class="tier t2">Wave 2</span>' in text
        assert "<strong>3 × 10 min</strong> · 7 Sep 2026 to 18 Dec 2026" in text
        assert 'Reads 60 words <span class="soft">Target: 60</span>' in text
        assert "Ann Bell · review 1 Dec 2026" in text
        assert "Autumn term 2026" in text

    def test_a_learner_without_provision_is_said_in_words(self, client, senco):
        assert "Nothing has run yet" in self.page(client, LearnerFactory(school=senco.school))

    def test_earlier_terms_are_one_click_away(self, client, senco):
        one = LearnerFactory(school=senco.school)
        self.placed(one, "Long ago", date(2018, 9, 7), date(2018, 12, 18))
        self.placed(one, "Now", date(2026, 9, 7), None)

        text = self.page(client, one)
        before = self.page(client, one, "?back=6")

        assert "1 more ran outside these terms." in text
        assert 'href="?back=6">Earlier terms' in text
        assert "Long ago" not in text
        assert "Long ago" in before
        assert 'href="?">Later terms' in before

    def test_confidential_provision_is_for_those_cleared_and_paper_says_so(self, client, senco):
        one = LearnerFactory(school=senco.school)
        self.placed(one, "Zqhidden", date(2026, 9, 7), None, confidential=True)

        assert "Contains confidential provision" in self.page(client, one)
        client.force_login(member(Role.HEAD, senco.school))
        assert "Zqhidden" not in self.page(client, one)

    def test_the_map_and_the_learner_page_lead_to_it(self, client, senco):
        one = LearnerFactory(school=senco.school)
        self.placed(one, "Phonics", date(2026, 9, 7), None)

        for address in ("/map/", f"/learners/{one.pk}/"):
            assert f'href="/map/learners/{one.pk}/"' in client.get(address).text

    @pytest.mark.parametrize("rows", [1, 30])
    def test_as_many_queries_for_one_placement_as_for_thirty(self, client, senco, rows, django_assert_num_queries):
        one = LearnerFactory(school=senco.school)
        for number in range(rows):
            self.placed(one, f"Number {number}", date(2026, 9, 7), None)

        with django_assert_num_queries(7):
            client.get(f"/map/learners/{one.pk}/")

    def test_a_tier_is_the_one_of_the_placement_s_own_last_day(self, client, senco):
        one = LearnerFactory(school=senco.school)
        old = self.placed(one, "Old", date(2025, 9, 7), date(2025, 12, 18), tier=2)
        old.provision.tier_moves.create(old=3, new=2, on=date(2026, 1, 5))

        assert 'Old <span class="tier t3">Wave 3</span>' in self.page(client, one)
