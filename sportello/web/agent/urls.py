"""The agents' addresses: a noun each; a verb is a POST to one."""

from django.urls import path

from sportello.web.agent import breakers, comments, figures, held, ledger, new_ticket, outbox, protocol, queue, tickets

app_name = "agent"
urlpatterns = [
    path("tickets", queue.view, {"name": "waiting"}, name="queue"),
    path("tickets/new", new_ticket.new_ticket, name="new_ticket"),
    path("tickets/lists/<slug:name>", queue.view, name="view"),
    path("tickets/<int:ticket_id>", tickets.show, name="ticket"),
    path("tickets/<int:ticket_id>/assignment", tickets.assignment, name="assignment"),
    path("tickets/<int:ticket_id>/fields", tickets.fields, name="fields"),
    path("tickets/<int:ticket_id>/participants", tickets.participants, name="participants"),
    path("tickets/<int:ticket_id>/reading", tickets.reading, name="reading"),
    path("tickets/<int:ticket_id>/reopening", tickets.reopening, name="reopening"),
    path(
        "tickets/<int:ticket_id>/timers/<int:timer_id>/cancellation",
        tickets.timer_cancellation,
        name="timer_cancellation",
    ),
    path("tickets/<int:ticket_id>/comments", comments.comments, name="comments"),
    path("tickets/<int:ticket_id>/comments/<int:comment_id>/body", comments.body, name="body"),
    path("tickets/attachments/<int:attachment_id>", comments.attachment, name="attachment"),
    path("mail/in/<int:mail_id>/original", comments.original, name="original"),
    path("mail/held", held.held, name="held"),
    path("mail/in/<int:mail_id>", held.held_mail, name="held_mail"),
    path("mail/in/<int:mail_id>/acceptance", held.acceptance, name="acceptance"),
    path("mail/in/<int:mail_id>/rejection", held.rejection, name="rejection"),
    path("mail/in/<int:mail_id>/replay", held.replay, name="replay"),
    path("mail/ledger", ledger.ledger, name="ledger"),
    path("mail/out", outbox.outbox, name="outbox"),
    path("mail/out/<int:mail_id>", outbox.outgoing, name="outgoing"),
    path("mail/out/<int:mail_id>/letter", outbox.letter, name="letter"),
    path("mail/out/<int:mail_id>/retrial", outbox.retrial, name="retrial"),
    path("mail/out/<int:mail_id>/cancellation", outbox.cancellation, name="cancellation"),
    path("mail/breakers", breakers.breakers, name="breakers"),
    path("mail/breakers/<int:breaker_id>/lifting", breakers.lifting, name="lifting"),
    path("protocol", protocol.protocol, name="protocol"),
    path("protocol/versions", protocol.versions, name="protocol_versions"),
    path("protocol/preview", protocol.preview, name="protocol_preview"),
    path("protocol/organizations/<int:organization_id>", protocol.protocol, name="organization_protocol"),
    path(
        "protocol/organizations/<int:organization_id>/versions",
        protocol.versions,
        name="organization_protocol_versions",
    ),
    path("protocol/organizations/<int:organization_id>/dropping", protocol.dropping, name="protocol_dropping"),
    path("figures", figures.figures, name="figures"),
]
