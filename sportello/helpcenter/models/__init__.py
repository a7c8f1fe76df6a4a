from .article import Article, Section, Translation, Word
from .article_reading import ArticleReading
from .visit import Visit

__all__ = ["Article", "ArticleReading", "Section", "Translation", "Visit", "Word"]
