"""Models of the reports app, by noun."""

from reports.models.record_export import RecordExport
from reports.models.transfer import Arrival, EarlierProvision, Transfer

__all__ = ["Arrival", "EarlierProvision", "RecordExport", "Transfer"]
