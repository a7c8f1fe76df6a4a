"""What the articles of the help center are called, archived ones too: whoever sees figures may read all of them."""

from collections.abc import Collection

from sportello.helpcenter.models import Translation


def titles(language: str, only: Collection[int] | None = None) -> dict[int, str]:
    """By article: its title in this language, else in another one; what customers may read before a draft."""
    found = Translation.objects.all() if only is None else Translation.objects.filter(article__in=only)
    rows = found.order_by("article_id", "pk").values_list("article_id", "language", "published_at", "title")
    best: dict[int, tuple[bool, bool, str]] = {}
    for article_id, written_in, published_at, title in rows:
        one = (written_in == language, published_at is not None, title)
        if article_id not in best or one[:2] > best[article_id][:2]:
            best[article_id] = one
    return {article_id: title for article_id, (*_how, title) in best.items()}
