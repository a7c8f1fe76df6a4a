"""The customers' addresses. Those of the signed links are made in desk.links."""

from django.urls import path

from sportello.web.portal import confirmations, followed, help_center, home, requests, votes

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("help", help_center.home, name="help"),
    path("help/articles/<int:article_id>", help_center.article, name="help_article"),
    path("help/articles/<int:article_id>/openings", help_center.openings, name="help_openings"),
    path("help/articles/<int:article_id>/answers", help_center.answers, name="help_answers"),
    path("help/suggestions", help_center.suggestions, name="help_suggestions"),
    path("requests", requests.own_requests, name="requests"),
    path("requests/new", requests.new_guest_request, name="new_request"),
    path("requests/mine/new", requests.new_own_request, name="new_own_request"),
    path("requests/sent/<str:token>", requests.sent, name="sent"),
    path("requests/<int:ticket_id>", requests.own_request, name="request"),
    path("requests/<int:ticket_id>/comments", requests.comments, name="comments"),
    path("requests/<int:ticket_id>/comments/<int:comment_id>/body", requests.body, name="body"),
    path("requests/<int:ticket_id>/files/<int:file_id>", requests.file, name="file"),
    path("r/<str:token>", followed.followed, name="followed"),
    path("r/<str:token>/comments", followed.comments, name="followed_comments"),
    path("r/<str:token>/comments/<int:comment_id>/body", followed.body, name="followed_body"),
    path("r/<str:token>/files/<int:file_id>", followed.file, name="followed_file"),
    path("confirm/<str:token>", confirmations.confirmation, name="confirmation"),
    path("not-yet/<str:token>", confirmations.not_yet, name="not_yet"),
    path("vote/<str:token>/<str:score>", votes.vote, name="vote"),
]
