from django.conf import settings
from django.db import models


class Section(models.Model):
    """A shelf of articles. title: desk.rules.texts.Text. Deleted only while nothing stands in it."""

    title = models.JSONField()
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"section {self.pk}"


class Article(models.Model):
    """Something that customers ask again and again, answered once. Never deleted: figures name it; it is archived."""

    section = models.ForeignKey(Section, models.PROTECT, related_name="articles")
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"article {self.pk}"


class Translation(models.Model):
    """An article in one language. html: cleaned, as it is shown; text: the same without marks.

    published_at: since when customers find it; null: a draft.
    """

    article = models.ForeignKey(Article, models.CASCADE, related_name="translations")
    language = models.CharField(max_length=2)
    title = models.CharField(max_length=150)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "language"], name="translation_once")]

    def __str__(self) -> str:
        return f"{self.language} of article {self.article_id}"


class Word(models.Model):
    """A word of a published translation, by which searches find it. weight: how much it says of it.

    stem: "it=" and a stem, or a folded word as it stands there (helpcenter.words).
    """

    translation = models.ForeignKey(Translation, models.CASCADE, related_name="words")
    stem = models.CharField(max_length=64)
    weight = models.FloatField()

    class Meta:
        constraints = [
            # Which translations have this word, and how strongly; which words begin so (LIKE, whatever the collation).
            models.UniqueConstraint(
                fields=["stem", "translation"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="word_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stem} in translation {self.translation_id}"
