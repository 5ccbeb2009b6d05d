"""Models of the learners app, by noun."""

from learners.models.disposal import Disposal, DisposalItem
from learners.models.grant import Grant
from learners.models.group import Group
from learners.models.hold import Hold
from learners.models.importing import ColumnMapping, ImportRun
from learners.models.learner import Contact, Learner
from learners.models.need import SenProvision
from learners.models.passport import Passport
from learners.models.trail_export import TrailExport

__all__ = [
    "ColumnMapping",
    "Contact",
    "Disposal",
    "DisposalItem",
    "Grant",
    "Group",
    "Hold",
    "ImportRun",
    "Learner",
    "Passport",
    "SenProvision",
    "TrailExport",
]
