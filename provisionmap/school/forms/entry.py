"""Forms of the ways in: signing in, the first day, passwords, how pages look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from provisionmap.school.models import User
from provisionmap.school.roles import Role

LONGEST_PASSWORD = 128
GOOD_ENOUGH = "At least 12 characters. Three random words work well; spaces are welcome."


def email_field(**options: Any) -> forms.EmailField:
    """An e-mail address as every form asks for it."""
    return forms.EmailField(label="E-mail address", max_length=254, **options)


def password_field(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    """A password as every form asks for it: pasting is welcome, nothing is trimmed."""
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class PreferencesForm(forms.Form):
    """How pages look for one person."""

    theme = forms.ChoiceField(choices=User.THEMES, required=False)
    easy_reading = forms.BooleanField(required=False)


class WeeklyForm(forms.Form):
    """Whether the weekly e-mail comes."""

    weekly_email = forms.BooleanField(
        label="Weekly e-mail", required=False,
        help_text="On Friday afternoons: what of yours is still to do, in numbers. It names no learner.",
    )  # fmt: skip


class NewPasswordForm(forms.Form):
    """A new password, typed twice, for `user`."""

    password = password_field("New password", "new-password", GOOD_ENOUGH)
    again = password_field("The same password again", "new-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> None:
        """Both the same, and good enough for this person."""
        super().clean()
        check_new_password(self, self.user)


def check_new_password(form: forms.Form, user: User) -> None:
    """Put what is wrong with the new password of `form` beside its fields."""
    password, again = form.cleaned_data.get("password"), form.cleaned_data.get("again")
    if password and again and password != again:
        form.add_error("again", "The two passwords are not the same. Type the second one once more.")
    if password:
        try:
            validate_password(password, user)
        except ValidationError as error:
            form.add_error("password", error)


class ChangePasswordForm(NewPasswordForm):
    """The password now, and the new one twice."""

    current = password_field("Your password now", "current-password")
    field_order = ["current", "password", "again"]

    def clean_current(self) -> str:
        """Only somebody who knows the password may change it: the screen may have been left open."""
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError("That is not your password now. Type it once more.")
        return current


class NameForm(forms.Form):
    """What colleagues read."""

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class FirstRunForm(forms.Form):
    """The school and its first person."""

    WHO = [
        ("senco", "SENCO: everything, including the map, people and settings"),
        ("administrator", "School administrator: people, terms and pupil lists; the SENCO is added afterwards"),
        ("both", "Both"),
    ]
    ROLES = {
        "senco": (Role.SENCO,),
        "administrator": (Role.ADMINISTRATOR,),
        "both": (Role.SENCO, Role.ADMINISTRATOR),
    }

    school_name = forms.CharField(
        label="School name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    who = forms.ChoiceField(label="Your role", choices=WHO, widget=forms.RadioSelect, initial="senco")
    email = email_field(widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = password_field("Password", "new-password", GOOD_ENOUGH)
    again = password_field("The same password again", "new-password")

    def clean(self) -> None:
        """The password must not be made of the person's or the school's own words."""
        super().clean()
        known = self.cleaned_data
        check_new_password(self, User(email=known.get("email", ""), name=known.get("name", "")))
        school, password = known.get("school_name", ""), known.get("password", "")
        if password and len(school) > 3 and school.casefold() in password.casefold():
            self.add_error("password", "The password holds the school's name, which is easily guessed. Choose another.")
