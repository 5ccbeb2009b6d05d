"""How old a child is. Pure."""

from datetime import date


def age_on(born: date, day: date) -> str:
    """Completed years and months on `day`, as a school writes them; the birthday itself counts.

    A day before birth gives "".

    >>> age_on(date(2018, 1, 15), date(2026, 11, 24)), age_on(date(2018, 1, 15), date(2026, 1, 15))
    ('8 years 10 months', '8 years 0 months')
    """
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if months < 0:
        return ""
    years, rest = divmod(months, 12)
    return f"{years} {'year' if years == 1 else 'years'} {rest} {'month' if rest == 1 else 'months'}"
