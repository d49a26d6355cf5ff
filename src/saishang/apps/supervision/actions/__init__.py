"""Changes of supervision: permission → check → change → act → log, each in one transaction."""

from saishang.apps.organisations.actions import Doing
from saishang.apps.supervision.actions.bulletins import make_bulletin
from saishang.apps.supervision.actions.cases import CaseDraft, move_case, open_case
from saishang.apps.supervision.actions.coordination import MatterDraft, move_matter, raise_matter, reply_to_matter
from saishang.apps.supervision.actions.duties import fulfil_duty, open_year, undo_duty
from saishang.apps.supervision.actions.files import attach_file, strike_file
from saishang.apps.supervision.actions.finding_draft import FindingDraft, draft_of, known
from saishang.apps.supervision.actions.finding_moves import AcceptanceDraft, Said, move_finding, supersede_acceptance
from saishang.apps.supervision.actions.findings import add_finding, change_finding, tie_item, untie_item, write_plan
from saishang.apps.supervision.actions.findings_table import load_findings
from saishang.apps.supervision.actions.proposals import Issued, issue_proposals
from saishang.apps.supervision.actions.take_over import take_over

__all__ = [
    "AcceptanceDraft", "CaseDraft", "Doing", "FindingDraft", "Issued", "MatterDraft", "Said", "add_finding",
    "attach_file", "change_finding", "draft_of", "fulfil_duty", "issue_proposals", "known", "load_findings",
    "make_bulletin", "move_case", "move_finding", "move_matter", "open_case", "open_year", "raise_matter",
    "reply_to_matter", "strike_file", "supersede_acceptance", "take_over", "tie_item", "undo_duty", "untie_item",
    "write_plan",
]  # fmt: skip
