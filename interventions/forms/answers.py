"""What somebody answers to how a session went."""

from __future__ import annotations

from django import forms

MOST = 500


class AnswerForm(forms.Form):
    """A short answer."""

    text = forms.CharField(
        label="Your answer", max_length=MOST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Read by everybody who may read the notes of this session.",
        error_messages={"required": "Write what you want to answer.",
                        "max_length": f"An answer has at most {MOST} characters. Shorten it."},
    )  # fmt: skip
