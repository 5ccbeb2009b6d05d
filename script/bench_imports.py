"""Pupil lists."""

from bench_report import Report

from provisionmap.school.models import School


def imports(report: Report, school: School, rounds: int) -> None:
    """To come."""
    report.note("import: not measured yet")
