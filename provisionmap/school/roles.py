"""What each role may do: the whole answer, in one table a person can read in a minute.

Roles are code, memberships are rows. A role key that this module does not know grants nothing.
Source: docs/domain.md, "Roles and what they may do".
"""

from enum import StrEnum


class Capability(StrEnum):
    """One thing a person may do; the sentence is what the headteacher reads."""

    SEE_MAP = "See the provision map, for the learners they may see"
    SEE_ALL_LEARNERS = "See every learner of the school"
    SEE_OWN_LEARNERS = "See the learners of their own groups and provisions"
    SEE_NOTES = "Read passports and notes"
    SEE_FLAGS = "See pupil premium, free school meals, looked-after and the other flags"
    SEE_CONTACTS = "See the adults around a learner and how to reach them"
    SHARE_LEARNERS = "Share learners with external professionals, and see who can see whom"
    EDIT_MAP = "Add, change and end any provision"
    EDIT_OWN_UNIVERSAL = "Change tier 1 provision of their own learners"
    PROPOSE_PROVISION = "Propose other provision for their own learners"
    LOG_ALL = "Log any session"
    LOG_OWN = "Log the sessions they deliver"
    REVIEW_ALL = "Review any learner and decide"
    DRAFT_REVIEWS = "Draft reviews for the SENCO to decide"
    REVIEW_OWN = "Review their own learners"
    CONTRIBUTE_REVIEWS = "Contribute to reviews of the learners they work with"
    READ_REVIEWS = "Read reviews"
    EDIT_PLANS = "Change EHC plans and their dates"
    READ_PLANS = "Read EHC plans"
    READ_PLAN_SUMMARY = "Read sections E and F and the summary of K, for their own learners"
    READ_PLAN_LINES = "Read the lines of Section F that they deliver"
    READ_PLAN_SHARED = "Read the sections of an EHC plan shared with them"
    EDIT_LEARNERS = "Change learners' details, needs and SEN provision"
    EDIT_PASSPORT = "Write in learners' passports"
    IMPORT_LEARNERS = "Import pupil lists"
    SEE_LIBRARY = "Read the intervention library"
    EDIT_LIBRARY = "Change the intervention library"
    SEE_CONFIDENTIAL = "See confidential provision without being named on it"
    SEE_COSTS = "See costs"
    SEE_HOURS = "See hours in place of costs"
    SEE_COST_TOTALS = "See totals of costs, without names"
    MANAGE_RATES = "Change pay rates"
    MANAGE_SETTINGS = "Change the school's settings and tier labels"
    MANAGE_CALENDAR = "Change terms, half-terms and closures"
    MANAGE_PEOPLE = "Add people and give them roles"
    SEE_AUDIT = "See who did and who looked at what"
    DISPOSE_RECORDS = "Dispose of records whose time is over, and say which must stay"
    EXPORT_RECORD = "Take out everything held about a learner, and send or take in a learner's transfer file"


class Role(StrEnum):
    """A role at a school. The value is stored on memberships."""

    SENCO = "senco"
    SENCO_ASSISTANT = "senco_assistant"
    CLASS_TEACHER = "class_teacher"
    TEACHING_ASSISTANT = "teaching_assistant"
    HEAD = "head"
    GOVERNOR = "governor"
    EXTERNAL = "external"
    ADMINISTRATOR = "administrator"


LABELS: dict[Role, str] = {
    Role.SENCO: "SENCO",
    Role.SENCO_ASSISTANT: "SENCO assistant",
    Role.CLASS_TEACHER: "Class teacher",
    Role.TEACHING_ASSISTANT: "Teaching assistant",
    Role.HEAD: "Headteacher or senior leader",
    Role.GOVERNOR: "Governor",
    Role.EXTERNAL: "External professional",
    Role.ADMINISTRATOR: "School administrator",
}
SENTENCES: dict[Role, str] = {
    Role.SENCO: "Leads the support: sees and changes everything, and decides who has which role.",
    Role.SENCO_ASSISTANT: "Does the daily work on the map beside the SENCO, without settings, people and costs.",
    Role.CLASS_TEACHER: "Sees the learners of their own groups and provisions, and plans tier 1 for them.",
    Role.TEACHING_ASSISTANT: "Sees the learners of the provisions they deliver, to know what to do and why.",
    Role.HEAD: "Sees every learner and the costs, to lead; changes nothing.",
    Role.GOVERNOR: "Sees no learner's name: figures only, and none about fewer than five learners.",
    Role.EXTERNAL: "Sees the learners shared with them, while their work at the school lasts.",
    Role.ADMINISTRATOR: "Looks after people, terms and pupil lists; reads no passports and no notes.",
}
CHOICES: list[tuple[str, str]] = [(role.value, label) for role, label in LABELS.items()]

C = Capability
GRANTS: dict[Role, frozenset[Capability]] = {
    # Everything, except what says the same of less.
    Role.SENCO: frozenset(
        set(Capability)
        - {C.SEE_OWN_LEARNERS, C.EDIT_OWN_UNIVERSAL, C.PROPOSE_PROVISION, C.LOG_OWN}
        - {C.DRAFT_REVIEWS, C.REVIEW_OWN, C.CONTRIBUTE_REVIEWS, C.SEE_HOURS, C.SEE_COST_TOTALS}
        - {C.READ_PLAN_SUMMARY, C.READ_PLAN_LINES, C.READ_PLAN_SHARED}
    ),
    Role.SENCO_ASSISTANT: frozenset(
        {C.SEE_MAP, C.SEE_ALL_LEARNERS, C.SEE_NOTES, C.SEE_FLAGS, C.SEE_CONTACTS}
        | {C.EDIT_MAP, C.EDIT_LEARNERS, C.EDIT_PASSPORT, C.IMPORT_LEARNERS, C.SEE_LIBRARY, C.EDIT_LIBRARY}
        | {C.LOG_ALL, C.DRAFT_REVIEWS, C.READ_REVIEWS, C.READ_PLANS, C.SEE_HOURS}
    ),
    Role.CLASS_TEACHER: frozenset(
        {C.SEE_MAP, C.SEE_OWN_LEARNERS, C.SEE_NOTES, C.SEE_FLAGS, C.SEE_CONTACTS, C.SEE_LIBRARY}
        | {C.EDIT_OWN_UNIVERSAL, C.PROPOSE_PROVISION, C.EDIT_PASSPORT}
        | {C.LOG_OWN, C.REVIEW_OWN, C.READ_PLAN_SUMMARY}
    ),
    Role.TEACHING_ASSISTANT: frozenset(
        {C.SEE_MAP, C.SEE_OWN_LEARNERS, C.SEE_NOTES, C.SEE_LIBRARY, C.LOG_OWN, C.CONTRIBUTE_REVIEWS, C.READ_PLAN_LINES}
    ),
    Role.HEAD: frozenset(
        {C.SEE_MAP, C.SEE_ALL_LEARNERS, C.SEE_NOTES, C.SEE_FLAGS, C.SEE_CONTACTS, C.SEE_LIBRARY}
        | {C.READ_REVIEWS, C.READ_PLANS, C.SEE_COSTS, C.MANAGE_RATES}
    ),
    Role.GOVERNOR: frozenset({C.SEE_COST_TOTALS}),
    Role.EXTERNAL: frozenset(
        {C.SEE_MAP, C.SEE_OWN_LEARNERS, C.SEE_NOTES, C.LOG_OWN, C.CONTRIBUTE_REVIEWS, C.READ_PLAN_SHARED}
    ),
    Role.ADMINISTRATOR: frozenset(
        {C.SEE_ALL_LEARNERS, C.SEE_FLAGS, C.SEE_CONTACTS, C.EDIT_LEARNERS, C.IMPORT_LEARNERS}
        | {C.MANAGE_CALENDAR, C.MANAGE_PEOPLE, C.SEE_AUDIT}
    ),
}

# The roles that the school office may give: none that reads every learner's notes or changes the whole map.
# A SENCO may give every role.
OFFICE_MAY_GRANT = frozenset(
    {Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.GOVERNOR, Role.EXTERNAL, Role.ADMINISTRATOR}
)


def may_grant(held: frozenset[str], role: Role, *, to_self: bool = False) -> bool:
    """Whether somebody holding the role keys `held` may give `role`; to themselves only what they hold.

    >>> may_grant(frozenset({"administrator"}), Role.CLASS_TEACHER), may_grant(frozenset({"administrator"}), Role.SENCO)
    (True, False)
    >>> may_grant(frozenset({"administrator"}), Role.CLASS_TEACHER, to_self=True)
    False
    """
    if Role.SENCO in held:
        return True
    if Role.ADMINISTRATOR in held and role in OFFICE_MAY_GRANT:
        return not to_self or role in held
    return False


def roles_with(capability: Capability) -> frozenset[str]:
    """The keys of the roles that hold `capability`.

    >>> sorted(roles_with(Capability.MANAGE_PEOPLE))
    ['administrator', 'senco']
    """
    return frozenset(role.value for role, held in GRANTS.items() if capability in held)


def capabilities_of(keys: frozenset[str]) -> frozenset[Capability]:
    """What somebody holding the role keys `keys` may do; an unknown key grants nothing.

    >>> sorted(one.name for one in capabilities_of(frozenset({"governor", "wizard"})))
    ['SEE_COST_TOTALS']
    """
    known = {role.value: role for role in Role}
    return frozenset().union(*(GRANTS[known[key]] for key in keys if key in known))
