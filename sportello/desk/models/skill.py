from django.db import models

from .rule import Rule


class Skill(Rule):
    """Something that not every agent can do, and the tickets that need it: those that its conditions take in."""

    agents: models.ManyToManyField = models.ManyToManyField("User", related_name="skills")
