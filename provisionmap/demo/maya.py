"""Maya, the Year 4 learner of the article this product began with: concern, three waves, and what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import cycle
from typing import Any

from interventions.actions.placements import change_placement
from interventions.actions.provisions import Delivery, Plan, start_provision
from interventions.models import Placement, Provision
from learners.actions.contacts import add_contact
from learners.actions.learners import add_learner
from learners.actions.passports import change_passport
from learners.actions.sen import change_sen
from learners.models import Learner
from learners.upn import check_letter
from provisionmap.demo.people import Child, People, moment
from provisionmap.demo.stages import Period, end_of_year
from provisionmap.demo.support import date_back, date_change
from provisionmap.demo.words import GOALS
from provisionmap.school.calendar import DAY, WEEK, academic_year_of
from provisionmap.school.models import School, User

EVERY_DAY = {
    "tinted-paper": "Reads from the page without losing the place",
    "clear-font": "Reads worksheets without asking for the words",
    "oral-alternatives": "Shows what she knows without writing it",
    "pre-taught-vocabulary": "Uses the lesson's key words in talk",
    "visual-timetable": "Knows what comes next; calmer at changes",
}
CONCERN = 5 * WEEK  # into the term, about half-term: the class teacher speaks to the SENCO
BLOCK = 12 * WEEK  # of Precision Teaching
PASSPORT = {
    "strengths": "I am good at explaining, at science and at making up stories. I notice how people feel.",
    "hard": "Reading by myself. My letters turn round. Writing down what is in my head before it goes.",
    "helps": "Cream paper. Hearing the new words before the lesson. Telling my answer or recording it. "
    "My visual timetable.",
    "does_not_help": "Reading out loud to everybody. Copying from the board. Being told to try harder.",
    "aspirations": "To read my cousin a whole bedtime story. To be a scientist.",
    "communication": "Give me time. Ask me what I think before you ask me to write it.",
}


def add_maya(school: School, people: People, today: date) -> Child:
    """Put Maya on the register, in the class of the first class teacher."""
    group = next(group for group in people.groups if group.nc_year == "4")
    year = academic_year_of(today)[1].starts.year
    number = f"9992001{(year - 4) % 100:02}999"
    values: dict[str, Any] = {
        "surname": "Okafor", "forename": "Maya", "sex": "F", "nc_year": "4", "group": group, "pupil_premium": True,
        "date_of_birth": date(year - 8, 1, 21), "joined": date(year - 4, 9, 1),
        "upn": check_letter("A" + number) + number,
    }  # fmt: skip
    learner = add_learner(school=school, values=values, by=people.senco)
    learner.history.update(history_date=moment(date(year - 4, 9, 1)))
    add_contact(
        learner=learner,
        values={"name": "Mrs Ngozi Okafor", "relationship": "Mother", "phone": "07700 900999", "priority": 1,
                "email": "okafor@families.example", "parental_responsibility": True},
        by=people.senco,
    )  # fmt: skip
    return Child(learner, code="K", need="SPLD", mapped=True)


def tell_story(school: School, people: People, child: Child, terms: Sequence[Period], today: date) -> None:
    """Her waves: the first from the first term kept, the second a term later, the third in the third term."""
    story = _Story(school, people, child, terms, today)
    story.first_wave()
    if len(terms) > 1:
        story.second_wave(terms[1])
    if len(terms) > 2:
        story.third_wave(terms[2])
    change_passport(
        learner=child.learner, changes=PASSPORT | {"agreed_on": terms[-1].span.starts + WEEK}, seen=0, by=people.senco
    )


class _Story:
    """What every chapter needs."""

    def __init__(self, school: School, people: People, child: Child, terms: Sequence[Period], today: date) -> None:
        self.school, self.people, self.child, self.terms, self.today = school, people, child, terms, today
        self.library = {row.starter_key: row for row in school.interventions.exclude(starter_key="")}
        self.teacher = people.teachers[child.learner.group_id or 0]
        self.group_of_four = [child.learner, *self._classmates(3)]

    def _classmates(self, number: int) -> list[Learner]:
        """Learners near her age with support who are in no such group yet, those with her need first."""
        taught = Placement.objects.filter(provision__intervention=self.library["precision-teaching"])
        busy = set(taught.values_list("learner", flat=True))
        near = [one for one in self.people.children if one.mapped]
        near.sort(
            key=lambda one: (
                one.learner.pk in busy,
                one.learner.nc_year not in ("3", "4"),
                one.need != "SPLD",
                one.learner.pk,
            )
        )
        return [one.learner for one in near[:number]]

    def first_wave(self) -> None:
        """Five everyday adaptations, from the concern on, in each school year since."""
        first = min(self.terms[0].span.starts + CONCERN, self.today)
        years = dict.fromkeys(term.year for term in self.terms)
        for year in years:
            terms = [term for term in self.terms if term.year == year]
            starts = first if terms[0] is self.terms[0] else terms[0].span.starts
            ends = end_of_year(terms[-1], self.today)
            teacher = Delivery(user=self.teacher, role="teacher")
            for key, outcome in EVERY_DAY.items():
                self._start(key, [self.child.learner], starts, ends, teacher, outcome=outcome, responsible=self.teacher)

    def second_wave(self, term: Period) -> None:
        """Precision Teaching in a group of four: three times ten minutes a week, changed at the midpoint."""
        starts = term.span.starts + WEEK
        self._sen("NSA", "Screening: phonological processing, working memory and rapid naming are low.", starts)
        ends = min(starts + BLOCK - 3 * DAY, term.span.ends) if len(self.terms) > 2 else term.span.ends
        placement = self._start(
            "precision-teaching", self.group_of_four, starts, ends, self._assistant(), responsible=self.teacher,
            outcome="Reads the first 100 key words at speed", baseline="reading age 6:2", target="reading age 6:8",
        )  # fmt: skip
        middle = starts + BLOCK / 2
        if middle < self.today:
            self._change(placement, middle, outcome="Reads the first 100 key words at speed; colour cues for b and d")
        if ends < self.today:
            self._change(placement, ends, outcome="Reading age 6:6, four months' gain of the six aimed for")

    def third_wave(self, term: Period) -> None:
        """One to one with the specialist teacher, after dyslexia was diagnosed; the group goes on beside it."""
        starts = term.span.starts + WEEK
        self._sen("SPLD", "Specialist teacher's assessment: dyslexia.", starts)
        self._start(
            "structured-phonics", [self.child.learner], starts, end_of_year(term, self.today),
            Delivery(user=self.people.external, role="specialist"), responsible=self.people.senco,
            outcome="Reads and spells closed-syllable words", baseline="reading age 6:6", target="reading age 7:0",
        )  # fmt: skip
        self._start(
            "precision-teaching", self.group_of_four, starts, term.span.ends, self._assistant(),
            responsible=self.teacher, outcome="Keeps 100 key words fluent, with the next 50",
            baseline="31 a minute", target="40 a minute",
        )  # fmt: skip

    def _assistant(self) -> Delivery:
        return Delivery(user=self.people.assistants[0], role="ta")

    def _sen(self, need: str, note: str, starts: date) -> None:
        learner = Learner.objects.select_related("school").get(pk=self.child.learner.pk)
        record = change_sen(
            learner=learner, code="K", needs=[need], starts=min(starts, self.today), seen=learner.version,
            by=self.people.senco, note=note,
        )  # fmt: skip
        record.history.update(history_date=moment(record.starts))

    def _start(
        self, key: str, learners: list[Learner], starts: date, ends: date, deliverer: Delivery, *,
        responsible: User, outcome: str, baseline: str = "", target: str = "",
    ) -> Placement:  # fmt: skip
        """Start a provision from the library and write Maya's outcome; everything dated to its first day."""
        entry = self.library[key]
        plan = Plan(
            name=entry.name, tier=entry.tier, area="cognition", starts=starts, ends=ends, minutes=entry.minutes,
            sessions=entry.sessions, place="Library corner" if entry.tier > 1 else "", responsible=responsible,
            intervention=entry, group=self.child.learner.group if entry.tier == 1 else None,
        )  # fmt: skip
        by = self.people.senco
        provision = start_provision(school=self.school, plan=plan, deliverers=[deliverer], learners=learners, by=by)
        date_back(provision, moment(starts))
        Placement.history.filter(provision=provision).update(history_date=moment(starts))
        others = provision.placements.exclude(learner=self.child.learner).select_related("school", "provision")
        for other, (words, before, after) in zip(others, cycle(GOALS.get(key, ())), strict=False):
            self._change(other, starts, outcome=words, baseline=before, target=after)
        return self._change(self._hers(provision), starts, outcome=outcome, baseline=baseline, target=target)

    def _hers(self, provision: Provision) -> Placement:
        return Placement.objects.select_related("school", "provision").get(
            provision=provision, learner=self.child.learner
        )

    def _change(self, placement: Placement, on: date, **changes: Any) -> Placement:
        changed = change_placement(
            placement=placement, changes=changes, seen=placement.version, by=self.people.senco, reason="review"
        )
        date_change(changed, moment(on, 15))
        return changed
