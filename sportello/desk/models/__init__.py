from .attachment import Attachment
from .audit import Audit
from .breaker import Breaker
from .comment import Comment
from .desk import Desk
from .group import Group, GroupMembership
from .identity import Identity
from .inbound_mail import InboundMail, RawMail
from .mailbox import Mailbox, MailFolder
from .organization import Organization, OrganizationDomain
from .outgoing_mail import OutgoingMail
from .protocol import Protocol
from .rule import Firing, Macro, RuleChange, Trigger
from .satisfaction_rating import SatisfactionRating
from .schedule import Holiday, Schedule
from .sla import SlaEvent, SlaPolicy, TicketSla
from .ticket import Participant, Reading, Tagging, Ticket
from .ticket_metric import TicketMetric
from .timer import Timer
from .user import User

__all__ = [
    "Attachment",
    "Audit",
    "Breaker",
    "Comment",
    "Desk",
    "Firing",
    "Group",
    "GroupMembership",
    "Holiday",
    "Identity",
    "InboundMail",
    "Macro",
    "MailFolder",
    "Mailbox",
    "Organization",
    "OrganizationDomain",
    "OutgoingMail",
    "Participant",
    "Protocol",
    "RawMail",
    "Reading",
    "RuleChange",
    "SatisfactionRating",
    "Schedule",
    "SlaEvent",
    "SlaPolicy",
    "Tagging",
    "Ticket",
    "TicketMetric",
    "TicketSla",
    "Timer",
    "Trigger",
    "User",
]
