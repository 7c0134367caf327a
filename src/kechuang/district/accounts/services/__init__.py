"""What is done with people, organisations and letters."""

from .addresses import address_of, ask_proof, note_proved
from .contacts import keep_contact
from .leaving import Charge, charge, hand_over, in_hand, told
from .letters import check_name, mark_read, one_line, send_again, send_letter, write_letter
from .links import (
    Opening,
    ended,
    find_link,
    make_link,
    open_link,
    use_link,
    withdraw_link,
    withdraw_links,
)
from .organisations import keep_organisation, link_organisation, organisation_codes
from .own import drop_form_draft, drop_view, keep_form_draft, keep_view
from .people import (
    Newcomer,
    add_person,
    ask_new_password,
    begin_with,
    disable,
    grant,
    invite,
    invite_again,
    note_visit,
    renew_invitation,
    revoke,
)
from .soundness import Finding, examine

__all__ = [
    "Charge",
    "Finding",
    "Newcomer",
    "Opening",
    "add_person",
    "address_of",
    "ask_new_password",
    "ask_proof",
    "begin_with",
    "charge",
    "check_name",
    "disable",
    "drop_form_draft",
    "drop_view",
    "ended",
    "examine",
    "find_link",
    "grant",
    "hand_over",
    "in_hand",
    "invite",
    "invite_again",
    "keep_contact",
    "keep_form_draft",
    "keep_organisation",
    "keep_view",
    "link_organisation",
    "make_link",
    "mark_read",
    "note_proved",
    "note_visit",
    "one_line",
    "open_link",
    "organisation_codes",
    "renew_invitation",
    "revoke",
    "send_again",
    "send_letter",
    "told",
    "use_link",
    "withdraw_link",
    "withdraw_links",
    "write_letter",
]
