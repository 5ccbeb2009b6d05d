"""What somebody asks to take out: a view of the map, read for them, with what every sheet and page says about it.

Both the page and the job of a large print begin here, so that a job shows what its asker may see when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.http import QueryDict
from django.utils import timezone

from interventions.export.drawing import Drawing, Shown, drawing_of
from interventions.export.rows import sheet_rows
from interventions.export.sheets import About
from interventions.frame import Frame, frame_for, table_of
from interventions.models import MapExport
from interventions.sheet import Row
from provisionmap.school.models import School, User

SEARCHED = "Search by name: only the learners or provisions that match"


@dataclass
class Asked:
    """The view of one person under the filters of an address. `learners` are the ids of all that the filters leave."""

    frame: Frame
    text: str
    learners: list[int]

    @property
    def day(self) -> date:
        """The day whose map it is."""
        return self.frame.day

    @property
    def words(self) -> tuple[str, ...]:
        """The filters in words; of a search only that there was one, for it may hold a name."""
        found = [f"{label}: {words}" for name, label, words in self.frame.filter.active if name != "as_of"]
        by = self.frame.bys.get(self.frame.by, "") if self.frame.view != "groups" else ""
        return (*found, *[f"By {by.lower()}"] * bool(by), *[SEARCHED] * bool(self.text))

    @property
    def query(self) -> str:
        """The view as an address holds it: what made sense, and no search."""
        return self.frame.query

    @property
    def placements(self) -> int:
        """How many placements the view holds."""
        return self.frame.selection.placements.filter(learner__in=self.learners).count()

    def drawing(self, shown: Shown) -> Drawing:
        """The view as shown, as far as `shown` and its own choice of columns let it."""
        return drawing_of(table_of(self.frame), replace(shown, of_view=self.frame.shown), self.frame.tiers)

    def rows(self) -> list[Row]:
        """The rows of "Placements"."""
        frame = self.frame
        return sheet_rows(
            school=frame.school,
            user=frame.user,
            day=frame.day,
            selection=frame.selection,
            learners=self.learners,
            past=frame.past,
            labels=frame.tiers,
        )

    def about(self, paper: str, confidential: bool, now: datetime) -> About:
        """What every sheet and page says."""
        local = timezone.localtime(now)
        return About(
            school=self.frame.school.name,
            day=_words(self.day),
            by=self.frame.user.name,
            at=f"{_words(local.date())} at {local:%H:%M}",
            filters=self.words,
            tiers=self.frame.tiers,
            paper=paper,
            confidential=confidential,
        )


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def asked(*, school: School, user: User, query: QueryDict, text: str = "") -> Asked:
    """Read what the address `query` and the search `text` leave for `user`; what makes no sense is left out."""
    frame = frame_for(school=school, user=user, query=query, text=text)
    return Asked(frame, text, list(frame.selection.learners.order_by().values_list("pk", flat=True)))


def asked_again(export: MapExport) -> Asked:
    """What a print was asked for, as its asker may see it now. Raises LookupError when nobody asks any more."""
    if export.by is None:
        raise LookupError("nobody asks for this print any more")
    return asked(school=export.school, user=export.by, query=QueryDict(export.query), text=export.text)
