from .attachment import Attachment
from .audit import Audit
from .benchmark import BenchmarkMembership, BenchmarkPublication, BenchmarkSending
from .breaker import Breaker
from .comment import Comment
from .custom_role import CustomRole
from .desk import Desk
from .draft import Draft, DraftFile
from .group import Group, GroupMembership
from .identity import Identity
from .inbound_mail import InboundMail, RawMail
from .job import Job, JobItem
from .mailbox import Mailbox, MailFolder
from .monthly_report import MonthlyPrint, MonthlyReader, MonthlyReport, MonthlySending, ReportAudience
from .notification import Notification
from .organization import Organization, OrganizationDomain, OrganizationTag
from .outgoing_mail import OutgoingMail
from .presence import Presence, WebProcess
from .protocol import Protocol
from .push import PushMessage, PushSubscription
from .rule import Automated, Automation, Firing, Macro, RuleChange, Trigger
from .satisfaction_rating import SatisfactionRating
from .saved_report import FileKind, OutgoingFile, ReportMailing, Rhythm, SavedReport
from .schedule import Holiday, Schedule
from .search import AttachmentText, SearchState
from .side_conversation import SideConversation
from .skill import Skill
from .sla import SlaEvent, SlaPolicy, TicketSla
from .task import TicketTask, TimeEntry
from .ticket import Participant, Reading, Tagging, Ticket
from .ticket_field import CustomField, FieldValue, OrganizationFieldValue, TicketFieldValue, TicketForm, UserFieldValue
from .ticket_metric import TicketMetric
from .timer import Timer
from .user import User, UserTag
from .view import View, ViewMember
from .vote_review import VoteCause, VoteReview, VoteReviewEvent, VoteWatch
from .webhook import Webhook, WebhookCall

__all__ = [
    "Attachment",
    "AttachmentText",
    "Audit",
    "Automated",
    "Automation",
    "BenchmarkMembership",
    "BenchmarkPublication",
    "BenchmarkSending",
    "Breaker",
    "Comment",
    "CustomField",
    "CustomRole",
    "Desk",
    "Draft",
    "DraftFile",
    "FieldValue",
    "FileKind",
    "Firing",
    "Group",
    "GroupMembership",
    "Holiday",
    "Identity",
    "InboundMail",
    "Job",
    "JobItem",
    "Macro",
    "MailFolder",
    "Mailbox",
    "MonthlyPrint",
    "MonthlyReader",
    "MonthlyReport",
    "MonthlySending",
    "Notification",
    "Organization",
    "OrganizationDomain",
    "OrganizationFieldValue",
    "OrganizationTag",
    "OutgoingFile",
    "OutgoingMail",
    "Participant",
    "Presence",
    "Protocol",
    "PushMessage",
    "PushSubscription",
    "RawMail",
    "Reading",
    "ReportAudience",
    "ReportMailing",
    "Rhythm",
    "RuleChange",
    "SatisfactionRating",
    "SavedReport",
    "Schedule",
    "SearchState",
    "SideConversation",
    "Skill",
    "SlaEvent",
    "SlaPolicy",
    "Tagging",
    "Ticket",
    "TicketFieldValue",
    "TicketForm",
    "TicketMetric",
    "TicketSla",
    "TicketTask",
    "TimeEntry",
    "Timer",
    "Trigger",
    "User",
    "UserFieldValue",
    "UserTag",
    "View",
    "ViewMember",
    "VoteCause",
    "VoteReview",
    "VoteReviewEvent",
    "VoteWatch",
    "WebProcess",
    "Webhook",
    "WebhookCall",
]
