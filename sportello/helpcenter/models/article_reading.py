from django.db import models
from django.db.models import Q

from .article import Article


class ArticleReading(models.Model):
    """Something a customer did with an article; a log that only grows, and knows nobody's name.

    visit: a random word that a browser keeps while its window is open. Of one visit each kind counts once an article.
    """

    class Kind(models.TextChoices):
        # Among the articles beside the form, while a request was being written.
        SHOWN = "shown"
        # Its page was open.
        OPENED = "opened"
        # What the reader said at its end.
        HELPED = "helped"
        NOT_HELPED = "not_helped"
        # A request was being written; he says that the article has answered it.
        AVOIDED = "avoided"
        # Having said so, he wrote the request all the same.
        WRITTEN = "written"

    kind = models.CharField(max_length=10, choices=Kind)
    article = models.ForeignKey(Article, models.PROTECT, related_name="readings")
    language = models.CharField(max_length=2)
    visit = models.CharField(max_length=32)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "article", "kind"], name="article_reading_once"),
            models.CheckConstraint(condition=~Q(visit=""), name="article_reading_of_a_visit"),
        ]
        indexes = [
            # How often each article was read, lately.
            models.Index(fields=["article", "kind", "happened_at"], name="article_reading_article")
        ]

    def __str__(self) -> str:
        return f"{self.kind} article {self.article_id}"
