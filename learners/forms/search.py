"""Finding a learner by name or UPN: posted, because names belong in no address."""

from django import forms


class SearchForm(forms.Form):
    """A few words."""

    q = forms.CharField(
        label="Find by name or UPN",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
