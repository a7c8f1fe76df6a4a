from django.db import models


class Attachment(models.Model):
    """A file on a comment. The bytes are kept once by their content (kit.blobs), whoever sends them."""

    comment = models.ForeignKey("Comment", models.CASCADE, related_name="attachments")
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=150)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the bytes, their name in kit.blobs.")
    content_id = models.CharField(max_length=255, blank=True)
    inline = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.file_name
