"""Mail that nobody wrote by hand, and mail that a filter called spam: what its headers say."""

import re

from sportello.channels.email.headers import Headers

_AUTORESPONDER_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-auto-reply-from",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-mail-autoresponder",
    "x-vacation",
    "x-fc-machinegenerated",
    "x-cron-env",
)
_LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post", "list-help", "x-mailing-list", "x-mailman-version")
_PRECEDENCES = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply", "autoreply"})

# Whole phrases that end there or go on with a colon, dash or bracket: "Out of office calendar is broken" is a request.
_VACATION = re.compile(
    r"^(?:re: ?|r: ?|aw: ?|sv: ?)?(?:"
    r"automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply"
    r"|out of (?:the )?office(?: (?:auto[- ]?reply|reply|automatic reply|message|notification|response))?"
    r"|vacation (?:reply|response|message)|on (?:vacation|annual leave)"
    r"|away from (?:the |my )?(?:office|mail)"
    r"|risposta automatica|messaggio automatico|fuori (?:sede|ufficio)|assente dall'ufficio|assenza dall'ufficio"
    r"|avviso di assenza|sono in ferie|in ferie|autorisposta|risponditore automatico"
    r"|automatische antwort|abwesenheitsnotiz|abwesenheitsmeldung|abwesend|abwesenheit|autom\. antwort"
    r"|automatische abwesenheitsnotiz|nicht im büro|ausser haus|außer haus"
    r"|réponse automatique|reponse automatique|absence du bureau|absent du bureau|message d'absence|en congés?"
    r"|notification d'absence|absence"
    r"|respuesta automática|respuesta automatica|fuera de (?:la )?oficina|ausente de la oficina|ausencia de la oficina"
    r")(?:\s*[:\-–—\[(].*|\s+(?:re:|r:|aw:|da |from |von |de ).*|\s*[.!]?)$",
    re.IGNORECASE,
)

_SPAM_FLAGS = ("x-spam-flag", "x-spam", "x-suspected-spam", "x-barracuda-spam-flag", "x-libero-spam", "x-amavis-spam")
_YES = re.compile(r"(?:yes|true|1)\b", re.IGNORECASE)


def why_automatic(headers: Headers, *, subject: str, return_path: str | None, report_type: str) -> str:
    """Why this mail is automatic and must not be answered by a machine; "" when a person wrote it.

    "receipt" (read receipt), "report" (any other multipart/report), "pec-receipt" (of Italian certified mail),
    "auto-submitted" (RFC 3834), "null-return-path", "autoresponder" (its own headers), "list" (newsletter, mailing
    list), "precedence", "mailer-daemon", "vacation-subject".

    X-Auto-Response-Suppress only asks for silence: Outlook puts it on mails of people, so it proves nothing. Mail
    through a Google group is a person's: desks use groups as their public address.
    """
    if report_type == "disposition-notification":
        return "receipt"
    if report_type and report_type != "delivery-status":
        return "report"
    if headers.raw("x-ricevuta"):
        return "pec-receipt"
    submitted = headers.raw("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "auto-submitted"
    if return_path == "":
        return "null-return-path"
    if any(headers.raw(name).lower() not in ("", "no", "false") for name in _AUTORESPONDER_HEADERS):
        return "autoresponder"
    precedence = headers.raw("precedence").lower() or headers.raw("preference").lower()
    if "x-google-group-id" not in headers:
        if any(name in headers for name in _LIST_HEADERS):
            return "list"
        if precedence in _PRECEDENCES:
            return "precedence"
    if re.search(r"\bmailer-daemon\b", headers.raw("from")[:1000], re.IGNORECASE):
        return "mailer-daemon"
    return "vacation-subject" if _VACATION.match(subject) else ""


def spam_header(headers: Headers) -> str:
    """The header by which a filter calls this mail spam, as "Name: value", or ""."""
    for name in _SPAM_FLAGS:
        if _YES.match(headers.raw(name)):
            return _shown(name, headers)
    for name in ("x-spam-status", "x-barracuda-spam-status"):
        if _YES.match(headers.raw(name)):
            return _shown(name, headers)
    if re.search(r"\bSFV:(?:SPM|SKB)\b", headers.raw("x-forefront-antispam-report")):
        return _shown("x-forefront-antispam-report", headers)
    level = headers.raw("x-ms-exchange-organization-scl").strip()
    if level in ("5", "6", "7", "8", "9"):
        return _shown("x-ms-exchange-organization-scl", headers)
    if headers.raw("x-rspamd-action").strip().lower() in ("reject", "add header", "rewrite subject"):
        return _shown("x-rspamd-action", headers)
    if headers.raw("x-virus-status").strip().lower().startswith(("infected", "yes")):
        return _shown("x-virus-status", headers)
    return ""


def _shown(name: str, headers: Headers) -> str:
    return f"{name.title()}: {headers.raw(name)}"[:200]
