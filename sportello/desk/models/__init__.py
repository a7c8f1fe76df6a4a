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
from .rule import Automated, Automation, Firing, Macro, RuleChange, Trigger
from .satisfaction_rating import SatisfactionRating
from .schedule import Holiday, Schedule
from .skill import Skill
from .sla import SlaEvent, SlaPolicy, TicketSla
from .ticket import Participant, Reading, Tagging, Ticket
from .ticket_field import CustomField, FieldValue, OrganizationFieldValue, TicketFieldValue, TicketForm, UserFieldValue
from .ticket_metric import TicketMetric
from .timer import Timer
from .user import User
from .view import View, ViewMember
from .webhook import Webhook, WebhookCall

__all__ = [
    "Attachment",
    "Audit",
    "Automated",
    "Automation",
    "Breaker",
    "Comment",
    "CustomField",
    "Desk",
    "FieldValue",
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
    "OrganizationFieldValue",
    "OutgoingMail",
    "Participant",
    "Protocol",
    "RawMail",
    "Reading",
    "RuleChange",
    "SatisfactionRating",
    "Schedule",
    "Skill",
    "SlaEvent",
    "SlaPolicy",
    "Tagging",
    "Ticket",
    "TicketFieldValue",
    "TicketForm",
    "TicketMetric",
    "TicketSla",
    "Timer",
    "Trigger",
    "User",
    "UserFieldValue",
    "View",
    "ViewMember",
    "Webhook",
    "WebhookCall",
]
