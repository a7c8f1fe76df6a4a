"""The addresses of the figures, all below /reports/. Each part of the reports adds its own lines."""

from django.urls import path

from sportello.reports.boards import BOARDS
from sportello.web.reports import (
    behind,
    board,
    explorer,
    month,
    month_paper,
    month_sending,
    others,
    satisfaction,
    saved,
    saved_mailing,
)

app_name = "reports"
urlpatterns = [
    path("reports/explore", explorer.explore, name="explore"),
    path("reports/explore/export", explorer.export, name="export"),
    path("reports/saved", saved.saved_reports, name="saved_reports"),
    path("reports/saved/<int:report_id>", saved.saved, name="saved"),
    path("reports/saved/<int:report_id>/edit", saved.edit_saved, name="edit_saved"),
    path("reports/saved/<int:report_id>/dropping", saved.dropping, name="saved_dropping"),
    path("reports/saved/<int:report_id>/mailing", saved_mailing.mailing, name="mailing"),
    path("reports/saved/<int:report_id>/mailing/end", saved_mailing.ending, name="mailing_ending"),
    path("reports/saved/<int:report_id>/mailing/stop", saved_mailing.stopping, name="mailing_stopping"),
    path("reports/", board.board, name="reports"),
    *(path(f"reports/{key}", board.board, {"key": key}, name=key) for key in BOARDS if key != "overview"),
    path("reports/satisfaction", satisfaction.satisfaction, name="satisfaction"),
    path("reports/satisfaction/votes", satisfaction.votes, name="satisfaction_votes"),
    path("reports/others", others.others, name="others"),
    path("reports/tickets", behind.tickets, name="tickets"),
    path("reports/month", month.month, name="month"),
    path("reports/month.md", month.markdown, name="month_markdown"),
    path("reports/month/words", month_sending.words, name="month_words"),
    path("reports/month/publication", month_sending.publication, name="month_publication"),
    path("reports/month/withdrawal", month_sending.withdrawal, name="month_withdrawal"),
    path("reports/month/sendings", month_sending.sendings, name="month_sendings"),
    path("reports/month/readers", month_sending.readers, name="month_readers"),
    path("reports/month/prints", month_paper.prints, name="month_prints"),
    path("reports/month/prints/<int:print_id>", month_paper.one_print, name="month_print"),
    path("reports/month/prints/<int:print_id>/progress", month_paper.progress, name="month_print_progress"),
    path("reports/month/prints/<int:file_id>/file", month_paper.file, name="month_file"),
    path("published/<str:token>", month_sending.published, name="published"),
]
