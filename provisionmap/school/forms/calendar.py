"""Forms of the calendar. What does not fit together is said by the actions, beside the field."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from provisionmap.school.calendar import academic_year_of
from provisionmap.school.forms.people import day_field
from provisionmap.school.models import AcademicYear, Closure, Term

LARGEST = 1024 * 1024  # bytes: a term-dates file of a whole county is under 100 kB
TOO_LARGE = "This file is larger than 1 MB. Term dates take a few kB: choose another file."


class CalendarForm(forms.Form):
    """What the three forms share: the version they were read from."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def values(self) -> dict[str, Any]:
        """What to write."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class YearForm(CalendarForm):
    """A school year."""

    name = forms.CharField(label="Name", max_length=9, help_text="For example 2026/27.")
    starts = day_field("First day")
    ends = day_field("Last day")

    @staticmethod
    def reading(year: AcademicYear) -> dict[str, Any]:
        """The form of `year` as it stands."""
        return {"name": year.name, "starts": year.starts, "ends": year.ends, "seen": year.version}

    @staticmethod
    def usual(day: date) -> dict[str, Any]:
        """The year that holds `day`, as most schools count it."""
        name, span = academic_year_of(day)
        return {"name": name, "starts": span.starts, "ends": span.ends}


class NewYearForm(YearForm):
    """A school year to add, with or without terms to begin from."""

    with_terms = forms.BooleanField(
        label="Begin with three usual terms",
        required=False,
        help_text="Their dates are a guess near what most schools keep; put them right afterwards.",
    )

    @property
    def values(self) -> dict[str, Any]:
        """What to write of the year itself."""
        return {name: value for name, value in super().values.items() if name != "with_terms"}


class TermForm(CalendarForm):
    """A term with its half-term."""

    name = forms.CharField(label="Name", max_length=40, help_text="For example Autumn term 2026.")
    starts = day_field("First day for learners")
    ends = day_field("Last day for learners")
    half_term_starts = day_field("Half-term from", required=False)
    half_term_ends = day_field("Half-term until", required=False)

    @staticmethod
    def reading(term: Term) -> dict[str, Any]:
        """The form of `term` as it stands."""
        return {
            "name": term.name,
            "starts": term.starts,
            "ends": term.ends,
            "half_term_starts": term.half_term_starts,
            "half_term_ends": term.half_term_ends,
            "seen": term.version,
        }


class ClosureForm(CalendarForm):
    """Days of a term on which nobody is taught."""

    name = forms.CharField(label="Name", max_length=80, help_text="For example INSET day.")
    kind = forms.ChoiceField(label="Kind", choices=Closure.KINDS, initial="inset")
    starts = day_field("First day")
    ends = day_field("Last day", "Empty: the same day.", required=False)

    @staticmethod
    def reading(closure: Closure) -> dict[str, Any]:
        """The form of `closure` as it stands."""
        return {
            "name": closure.name,
            "kind": closure.kind,
            "starts": closure.starts,
            "ends": closure.ends,
            "seen": closure.version,
        }

    def clean(self) -> None:
        """One day unless a last one is given."""
        super().clean()
        if not self.cleaned_data.get("ends") and "ends" not in self.errors:
            self.cleaned_data["ends"] = self.cleaned_data.get("starts")


class TermFileForm(forms.Form):
    """A file of term dates."""

    file = forms.FileField(
        label="File of term dates",
        allow_empty_file=True,
        help_text="CSV or calendar file (.ics), at most 1 MB: from your council, your website or your own calendar.",
        error_messages={"required": "Choose a file first."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.ics,.ical,.json,text/csv,text/calendar"}),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if too_large:  # the upload was cut short before it came here, so the form finds no file
            self.fields["file"].error_messages["required"] = TOO_LARGE

    def clean_file(self) -> Any:
        """Refused by size before a byte of it is read."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        return file
