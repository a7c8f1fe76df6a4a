import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    """Django's test client leaves the language of its last page behind."""
    translation.activate("en")
    yield
    translation.activate("en")
