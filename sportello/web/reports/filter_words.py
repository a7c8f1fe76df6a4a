"""The filters of a question in one line."""

from django.utils.translation import gettext as _

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.rules import conditions
from sportello.desk.rules.conditions import Conditions
from sportello.web.agent import rule_words

CUSTOMERS = ("organization", "person")


def said(agent: User, asked: Conditions) -> str:
    """“Channel is email and tags include vpn”; "" for none. Who does not see every ticket reads no customer's name."""
    if not any(asked):
        return ""
    named = {kind for kind, _pk in conditions.references(asked)}
    if named.intersection(CUSTOMERS) and not access.sees_every_ticket(agent):
        return _("Only some customers")
    rule = {"conditions": conditions.write(asked)}
    return rule_words.summary(rule_words.sentence(rule, rule_words.Names(agent, [rule], acts=False)))
