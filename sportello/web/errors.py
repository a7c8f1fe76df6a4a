"""Pages for what went wrong on the desk's side. They ask nothing of the database, which may be what is wrong."""

import errno
import shutil
import sys

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _

FULL_BYTES = 1024 * 1024
RETRY_SECONDS = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """Trouble with the storage says what is wrong and that nothing was taken (503); anything else is a fault (500)."""
    error = sys.exc_info()[1]
    sentence = _storage_trouble(error) if error else ""
    if not sentence:
        return HttpResponse(get_template("500.html").render(), status=500)
    page = get_template("503.html").render({"sentence": sentence})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})


def _storage_trouble(error: BaseException) -> str:
    """What is wrong with the disk or the database, in words for whoever can mend it; "" when it is something else."""
    reason = str(error).lower()
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _("The disk of the data folder is full.")
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            return _("The data folder cannot be written to.")
        return ""
    if not isinstance(error, DatabaseError):
        return ""
    if "full" in reason or _is_full():
        return _("The disk of the data folder is full.")
    if "readonly" in reason or "read-only" in reason:
        return _("The data folder cannot be written to.")
    if "locked" in reason:
        return _("The database is busy.")
    if "unable to open" in reason or "connection" in reason or "disk i/o" in reason:
        return _("The database cannot be reached.")
    return ""


def _is_full() -> bool:
    try:
        return shutil.disk_usage(settings.SPORTELLO_DATA).free < FULL_BYTES
    except OSError:
        return False
