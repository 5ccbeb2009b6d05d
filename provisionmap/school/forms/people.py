"""Forms about the people of a school."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from provisionmap.school.forms.entry import email_field
from provisionmap.school.roles import LABELS, Role
from provisionmap.school.staff_list import BadLine, StaffLine, read_staff
from provisionmap.web.forms import check_year


def day_field(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    """A day, with the browser's own picker."""
    # The browser's picker takes and gives ISO dates only, whatever the language of the page.
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=help_text, required=required, widget=picker, validators=[check_year])


def choices(roles: Iterable[Role]) -> list[tuple[str, str]]:
    """Roles as a form offers them."""
    return [(role.value, LABELS[role]) for role in roles]


class PeopleSearchForm(forms.Form):
    """Words to find people by; sent by POST, because they are names."""

    q = forms.CharField(
        label="Name or e-mail", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )


class PersonForm(forms.Form):
    """One colleague to add."""

    name = forms.CharField(label="Name", max_length=120)
    email = email_field(help_text="They sign in with it. Somebody who has an account already keeps it.")
    role = forms.ChoiceField(label="Role")
    starts = day_field("From")
    ends = day_field("Until", "Empty: until you end it. External professionals always have a last day.", required=False)

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = choices(roles)  # type: ignore[attr-defined]

    def clean(self) -> None:
        """The days in order; a visitor's access has an end."""
        super().clean()
        starts, ends = self.cleaned_data.get("starts"), self.cleaned_data.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", "This day is before the first one. Check both.")
        if self.cleaned_data.get("role") == Role.EXTERNAL and not ends and "ends" not in self.errors:
            self.add_error("ends", "Give the last day of an external professional's access.")


class StaffListForm(forms.Form):
    """Several colleagues at once, as lines."""

    lines = forms.CharField(
        label="One person a line: name, e-mail address, role",
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="For example: Ada Hill, a.hill@school.sch.uk, TA. Columns copied from a spreadsheet do as well.",
    )
    starts = day_field("From")
    people: list[StaffLine]
    bad: list[BadLine]

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles, self.people, self.bad = list(roles), [], []

    def clean_lines(self) -> str:
        """Every line, or all that is wrong with them."""
        text: str = self.cleaned_data["lines"]
        self.people, self.bad = read_staff(text)
        for one in self.people:
            try:
                validate_email(one.email)
            except ValidationError:
                self.bad.append(BadLine(one.number, one.email, "This is no e-mail address. Check it letter by letter."))
            if one.role not in self.roles:
                words = f"Your own role does not let you give the role “{LABELS[one.role]}”. Ask your SENCO."
                self.bad.append(BadLine(one.number, LABELS[one.role], words))
            elif one.role is Role.EXTERNAL:
                words = "Add external professionals one by one, because their access needs a last day."
                self.bad.append(BadLine(one.number, LABELS[one.role], words))
        self.bad.sort(key=lambda line: line.number)
        if self.bad:
            raise ValidationError("Nobody is added yet. Mend the lines below, then send them all again.")
        if not self.people:
            raise ValidationError("Paste at least one line with a name, an e-mail address and a role.")
        return text


class RolesForm(forms.Form):
    """The roles of one person from today on."""

    roles = forms.MultipleChoiceField(
        label="Roles",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role. To take all away, end the person's time here below."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=400, required=False)

    def __init__(self, *args: Any, offered: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = choices(offered)  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """The last day of somebody's time at the school."""

    last_day = day_field(
        "Last day",
        "They still have access on this day, and none after it. Their work stays. At once: “End now”, below.",
    )

    def __init__(self, *args: Any, began: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.began = began

    def clean_last_day(self) -> date:
        """Not before the person came."""
        day: date = self.cleaned_data["last_day"]
        if self.began and day < self.began:
            raise ValidationError(f"Their role began on {self.began:%d/%m/%Y}: choose that day or a later one.")
        return day


class HoursForm(forms.Form):
    """The working week of one person here."""

    weekly = forms.DecimalField(
        label="Hours a week",
        required=False,
        min_value=Decimal("0.25"),
        max_value=60,
        max_digits=4,
        decimal_places=2,
        help_text="As in the contract, such as 27.5. The gaps page tells when somebody is planned for more. "
        "Empty: not known.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
