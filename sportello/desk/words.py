"""The field's words as values: what a ticket can be, where a change comes from, what becomes of a mail."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    END_USER = "end-user", _("customer")
    AGENT = "agent", _("agent")
    ADMIN = "admin", _("administrator")


class Status(TextChoices):
    """In the order that "less than" uses in rules: new < open < pending < hold < solved < closed."""

    NEW = "new", pgettext_lazy("ticket status", "New")
    OPEN = "open", pgettext_lazy("ticket status", "Open")
    PENDING = "pending", pgettext_lazy("ticket status", "Pending")
    HOLD = "hold", pgettext_lazy("ticket status", "On hold")
    SOLVED = "solved", pgettext_lazy("ticket status", "Solved")
    CLOSED = "closed", pgettext_lazy("ticket status", "Closed")


# What the customer reads of them: a request is feminine in Italian, and pending is his turn.
STATUS_FOR_CUSTOMER = {
    Status.NEW: pgettext_lazy("status for the customer", "New"),
    Status.OPEN: pgettext_lazy("status for the customer", "Open"),
    Status.PENDING: pgettext_lazy("status for the customer", "Waiting for your answer"),
    Status.HOLD: pgettext_lazy("status for the customer", "On hold"),
    Status.SOLVED: pgettext_lazy("status for the customer", "Solved"),
    Status.CLOSED: pgettext_lazy("status for the customer", "Closed"),
}
FINISHED = (Status.SOLVED, Status.CLOSED)
UNSOLVED = (Status.NEW, Status.OPEN, Status.PENDING, Status.HOLD)


class Priority(IntegerChoices):
    """Stored as a number so that lists sort by urgency; the API speaks the names."""

    LOW = 1, pgettext_lazy("priority", "Low")
    NORMAL = 2, pgettext_lazy("priority", "Normal")
    HIGH = 3, pgettext_lazy("priority", "High")
    URGENT = 4, pgettext_lazy("priority", "Urgent")


class TicketType(TextChoices):
    QUESTION = "question", _("Question")
    INCIDENT = "incident", _("Incident")
    PROBLEM = "problem", _("Problem")
    TASK = "task", _("Task")


class Via(TextChoices):
    """The channel of a ticket and the origin of a change."""

    EMAIL = "email", _("email")
    WEB = "web", _("web")
    API = "api", _("API")
    CHAT = "chat", _("chat")
    VOICE = "voice", _("phone")
    RULE = "rule", _("rule")


class Step(TextChoices):
    """The four mails of the protocol, in their order."""

    TAKEN_CHARGE = "taken_charge", _("Taken in charge")
    SOLVED = "solved", pgettext_lazy("protocol step", "Solved")
    CLOSED = "closed", pgettext_lazy("protocol step", "Closed")
    SURVEY = "survey", _("Satisfaction request")


class Score(TextChoices):
    OFFERED = "offered", _("offered")
    GOOD = "good", _("good")
    BAD = "bad", _("bad")


class About(TextChoices):
    """What a bad vote is about. Only the first is about the help itself."""

    HELP = "help", _("the help I received")
    PRODUCT = "product", _("the product or the equipment")
    WAITING = "waiting", _("the waiting")
    RULE = "rule", _("a rule or a price")
    OTHER = "other", _("something else")


class ReviewState(TextChoices):
    """How far the review of a bad vote is."""

    OPEN = "open", pgettext_lazy("review of a vote", "Open")
    DONE = "done", pgettext_lazy("review of a vote", "Done")


class Outcome(TextChoices):
    """What came of the review of a bad vote. The last is the customer's doing."""

    CHANGED = "changed", _("we change something")
    SETTLED = "settled", _("settled with the customer")
    NOTHING = "nothing", _("nothing to be done")
    WITHDRAWN = "withdrawn", _("the customer changed the vote to good")


class MailState(TextChoices):
    """What became of an incoming mail. All but RECEIVED are final; held and failed mails can be replayed."""

    RECEIVED = "received", _("waiting to be read")
    OPENED = "opened", _("opened a ticket")
    COMMENTED = "commented", _("became a comment")
    HELD = "held", _("held")
    IGNORED = "ignored", _("ignored")
    FAILED = "failed", _("failed")


class SendState(TextChoices):
    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    KEPT = "kept", _("kept in the outbox")
    FAILED = "failed", _("given up")
    CANCELLED = "cancelled", _("cancelled")


class TimerState(TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


class TimerKind(TextChoices):
    TAKEN_CHARGE = "taken_charge", _("says that the request is in charge")
    CLOSE = "close", _("closes")
    SURVEY = "survey", _("asks for a vote")
    SLA = "sla", _("misses its target")
    AUTOMATION = "automation", _("does what an automation says")
    SEND = "send", _("sends an answer")
    REVIEW = "review", _("reminds of a bad vote")


class Contact(TextChoices):
    """How a customer reached an agent past the desk."""

    CALL = "call", pgettext_lazy("direct contact", "Call to a personal number")
    IN_PERSON = "in_person", pgettext_lazy("direct contact", "In person")
    MESSAGE = "message", pgettext_lazy("direct contact", "Personal message")
    MAIL = "mail", pgettext_lazy("direct contact", "Mail to a personal address")


class JobState(TextChoices):
    QUEUED = "queued", _("waiting to begin")
    RUNNING = "running", _("at work")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped")
    FAILED = "failed", _("given up")


class SideState(TextChoices):
    OPEN = "open", pgettext_lazy("side conversation", "Open")
    DONE = "done", pgettext_lazy("side conversation", "Done")


class NoticeKind(TextChoices):
    """What an agent is told of without looking for it."""

    ASSIGNED = "assigned", _("a ticket was given to you")
    CUSTOMER = "customer", _("a customer of yours wrote")
    MENTION = "mention", _("a colleague named you")
    FOLLOWED = "followed", _("something happened on a ticket that you follow")
    NOT_SENT = "not_sent", _("an answer of yours was not sent")
    SIDE = "side", _("a third party answered")
    JOB = "job", _("a job of yours has ended")
    REVIEW = "review", _("a bad vote waits for you")
    ALERT = "alert", _("satisfaction needs a look")


class Permission(TextChoices):
    """What a custom role may allow an agent. Administrators may do everything.

    Without a role an agent may do all of it but MACROS: his own he always writes, those of others only where told so.
    OPEN: whoever may EDIT may do it too; alone it is for those who hear of a request and hand it on.
    """

    ANSWER = "answer", _("answer customers")
    EDIT = "edit", _("change tickets")
    OPEN = "open", _("open tickets and write down contacts")
    BULK = "bulk", _("change many tickets at once")
    MERGE = "merge", _("merge and split tickets")
    PEOPLE = "people", _("change people and organizations")
    MACROS = "macros", _("write shared macros and views")
    MAIL = "mail", _("decide on held mail")
    REPORTS = "reports", _("see the figures")
    ARTICLES = "articles", _("write articles of the help center")
