"""Models of the learners app, by noun."""

from learners.models.grant import Grant
from learners.models.group import Group
from learners.models.importing import ColumnMapping, ImportRun
from learners.models.learner import Contact, Learner
from learners.models.need import SenProvision
from learners.models.passport import Passport

__all__ = ["ColumnMapping", "Contact", "Grant", "Group", "ImportRun", "Learner", "Passport", "SenProvision"]
