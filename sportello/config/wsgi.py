"""Plain HTTP: Django's WSGI handler, which keeps its database connections from one request to the next."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sportello.config.settings")
application = get_wsgi_application()
