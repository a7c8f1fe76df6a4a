"""Articles and what customers did with them, row by row, and a random life of both."""

from datetime import datetime
from random import Random

from sportello.desk.models import User
from sportello.helpcenter.models import Article, ArticleReading, Section, Translation
from sportello.kit import clock


def add_article(author: User, it: str = "", en: str = "", *, published: bool = True) -> Article:
    """An article by its titles; without one it is not written in that language."""
    now = clock.now()
    times = {"created_at": now, "updated_at": now}
    section = Section.objects.first() or Section.objects.create(title={"it": "Guide", "en": "Guides"}, **times)
    article = Article.objects.create(section=section, **times)
    since = now if published else None
    Translation.objects.bulk_create(
        Translation(article=article, language=language, title=title, author=author, published_at=since, **times)
        for language, title in (("it", it), ("en", en))
        if title
    )
    return article


def read(article: Article, *kinds: str, visit: str, at: datetime, language: str = "it") -> None:
    """What is there already stays as it is."""
    ArticleReading.objects.bulk_create(
        (ArticleReading(article=article, kind=kind, visit=visit, happened_at=at, language=language) for kind in kinds),
        ignore_conflicts=True,
    )


class Readers:
    """Customers at the help center. They throw dice of their own: nothing else in a life is another for them."""

    def __init__(self, seed: int, author: User) -> None:
        self.random = Random(f"readers {seed}")
        self.articles = [add_article(author, f"Articolo {number}", f"Article {number}") for number in range(4)]
        # By visit: the article that made its request needless, once one did.
        self.visits: dict[str, Article | None] = {}

    def happen(self, at: datetime) -> None:
        random = self.random
        for _number in range(random.choice((0, 0, 1, 2))):
            if random.random() < 0.5 or not self.visits:
                visit = f"{random.getrandbits(64):x}"
                self.visits[visit] = None
            else:
                visit = random.choice(list(self.visits)[-8:])
            self._go_on(visit, at, random.choice(("it", "it", "en")))

    def _go_on(self, visit: str, at: datetime, language: str) -> None:
        """As the verbs have it: at most one request is avoided in a visit, of one that saw articles beside the form."""
        random, avoided = self.random, self.visits[visit]
        article = random.choice(self.articles)
        where = {"visit": visit, "at": at, "language": language}
        if avoided and random.random() < 0.4:
            read(avoided, "written", **where)
            return
        if random.random() < 0.6:
            for one in random.sample(self.articles, random.randint(1, 3)):
                read(one, "shown", **where)
                article = one
            if not avoided and random.random() < 0.4:
                read(article, "avoided", **where)
                self.visits[visit] = article
        read(article, *random.choice((("opened",), ("opened", "helped"), ("opened", "not_helped"))), **where)
