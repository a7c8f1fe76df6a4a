"""The lines by which mail programs announce a quotation, a forward or a signature.

Formats: Gmail, Outlook (desktop, new, web, mobile, Mac), Apple Mail and iOS, Thunderbird, Yahoo, Libero, Aruba,
Roundcube, Zimbra, Proton, Samsung, Fastmail, Tuta, K-9, GMX, in Italian, English, German, French and Spanish. All
functions take lines as plain() gives them: stripped, without quote signs, no longer than MAX_LINE, so that every
expression below runs on a bounded text. Source: docs/algorithms/quotes.md
"""

import re
from collections.abc import Sequence

MAX_LINE = 1000
"""Characters of a line that are looked at."""

_UNSEEN = dict.fromkeys(
    map(ord, "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\xad")
)


def plain(line: str) -> str:
    """The beginning of a line as the recognisers want it: single plain blanks, without the marks of direction that
    Apple Mail inserts."""
    line = line[:MAX_LINE]
    if not line.isascii():
        line = line.translate(_UNSEEN)
    return " ".join(line.split())


_ATTRIBUTION_LINES = 5
_ATTRIBUTION_LENGTH = 600

_OPENERS = (
    "il ", "in data ", "on ", "at ", "am ", "le ", "el ", "in a message ",
    "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica", "den ",
)  # fmt: skip
_CLOSERS = (
    "ha scritto:", "ha scritto :", "scrive:", "scriveva:", "wrote:", "wrote :", "writes:", "schrieb:", "geschrieben:",
    "a écrit:", "a écrit :", "a ecrit :", "écrivait :", "escribió:", "escribió :", "escribio:", "ha escrito:",
)  # fmt: skip
_NARRATIVE = re.compile(
    r"\b(?:(?:mi|ci|vi|le|gli) ha(?:nno)? scritto|hanno scritto|m'a écrit|nous a écrit|(?:me|nos) escribió|hat mir"
    r"|hat uns)\b"
)
_ADDRESS = re.compile(r"[^\s<>@:;,()\[\]]{1,64}@[^\s<>@:;,()\[\]]{1,255}")
_TIME = re.compile(r"\b\d{1,2}(?:[:.]|\s?h\s?)\d{2}\b")
_DATE = re.compile(
    r"\b(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}(?:st|nd|rd|th|er"
    r"|º)?\.?\s(?:de\s)?[a-zà-ü]{3,10}\.?,?\s(?:de\s)?\d{4}"
    r"|[a-z]{3,9}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4})\b"
)
_SCHRIEB = re.compile(r"\bschrieb\b")
# Tuta: "20 nov 2026, 10:21 da anna@rossi.example:"; Gmail until 2014: "2014-03-20 10:21 GMT+01:00 Anna
# <anna@rossi.example>:"
_DATE_FIRST = re.compile(r"^(?:[a-zà-ü]{2,10}[.,]{0,2} )?(?:\d{1,2}[. ]|\d{4}-|[a-zà-ü]{3,9}\.? \d)")
_DIGIT = re.compile(r"\d")


def attribution_start(lines: Sequence[str], end: int) -> int | None:
    """Index of the first line of the attribution ("Il giorno … ha scritto:") whose last line is lines[end]; None if
    there is none.

    Mail programs wrap it over up to five lines. One without a date, a time and an address counts only above a marked
    quotation: ask is_certain() before trusting it alone.
    """
    last = lines[end]
    if not last.endswith(":"):
        return None
    joined = ""
    found = None
    for start in range(end, max(-1, end - _ATTRIBUTION_LINES), -1):
        line = lines[start]
        if not line or (start < end and line.endswith((":", "?", "!", ".", ";"))):
            break
        joined = f"{line} {joined}" if joined else line
        if len(joined) > _ATTRIBUTION_LENGTH:
            break
        text = joined.casefold()
        if _NARRATIVE.search(text):
            break
        if text.startswith(_OPENERS):
            if _ends_opened(text) and (start == end or _DIGIT.search(line)):
                return start
        elif found is None and _names_writer(text):
            # "…@rossi.example> ha scritto:" may be the second line of a wrapped one: look on above.
            found = start
    return found


def _ends_opened(text: str) -> bool:
    return text.endswith(_CLOSERS) or (text.startswith("am ") and bool(_SCHRIEB.search(text)))


def _names_writer(text: str) -> bool:
    if not _ADDRESS.search(text):
        return text.endswith(_CLOSERS) and bool(_TIME.search(text) and _DATE.search(text))
    return (
        text.endswith(_CLOSERS) or bool(_SCHRIEB.search(text)) or bool(_DATE_FIRST.match(text) and _TIME.search(text))
    )


def is_certain(attribution: str) -> bool:
    """Whether a joined attribution is believed without quote signs below: a verb of writing, and address or moment."""
    text = attribution.casefold()
    if _NARRATIVE.search(text) or not (text.endswith(_CLOSERS) or _SCHRIEB.search(text)):
        return False
    dated, timed = bool(_DATE.search(text)), bool(_TIME.search(text))
    return (dated and timed) or ((dated or timed) and bool(_ADDRESS.search(text)))


def names_someone(line: str) -> bool:
    """Whether a line that introduces quoted lines ("…:") holds an address or a moment: an attribution in whatever
    language."""
    text = line.casefold()
    return text.endswith(":") and bool(_ADDRESS.search(text) or (_TIME.search(text) and _DATE.search(text)))


_ORIGINAL = re.compile(
    r"^(?:[-_=*]{2,40} ?)?(?:messaggio originale|original message|original e-?mail|ursprüngliche (?:nachricht|mail)"
    r"|originalnachricht"
    r"|message d['’]origine|message original|message initial|mensaje original|original appointment"
    r"|appuntamento originale"
    r"|messaggio risposto|reply message|initial header)(?: ?[-_=*]{2,40})?$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^(?:[-_=*]{2,40} ?)(?:messaggio inoltrato|forwarded message|forwarded by .{1,80}|weitergeleitete nachricht"
    r"|message transféré|message transmis"
    r"|mensaje reenviado)(?: ?[-_=*]{2,40})?:?$"
    r"|^(?:inizio (?:del )?messaggio inoltrato|begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado) ?:$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[_\-=*─—]{5,}$")


def is_original_message(line: str) -> bool:
    """Whether the line is a divider such as "-----Messaggio originale-----"; without dashes it needs a header block."""
    return bool(_ORIGINAL.match(line))


def is_forward(line: str) -> bool:
    """Whether the line opens a forwarded message, which is content and not a quotation."""
    return bool(_FORWARD.match(line))


def is_rule(line: str) -> bool:
    """Whether the line is only a drawn rule, such as the 32 underscores of Outlook."""
    return bool(_RULE.match(line))


_LABELS = {
    "from": "from da mittente von de desde expéditeur remitente absender",
    "sent": "sent inviato gesendet envoyé enviado date data datum fecha",
    "to": "to a an à para per pour destinatario destinatari",
    "cc": "cc ccn bcc bc kopie copie copia",
    "subject": "subject oggetto ogg betreff objet asunto sujet",
}
_LABEL_KIND = {word: kind for kind, words in _LABELS.items() for word in words.split()}
_LABEL_KIND |= dict.fromkeys(("enviado el", "enviado en", "date d'envoi", "data invio"), "sent")
_LABEL_KIND |= dict.fromkeys(("reply-to", "rispondi a", "importance", "importanza", "priorità"), "cc")
_LABEL_KIND |= dict.fromkeys(("attachments", "allegati", "anlagen"), "cc")
_LABEL = re.compile(r"^[*]{0,2}([^\W\d_][\w' -]{0,14}?) ?[*]{0,2} ?[:：][*]{0,2}(?: |$|(?=[<\"*]))")
_HEADER_LINES = 12


def header_block_end(lines: Sequence[str], start: int) -> int | None:
    """Index after a From/Sent/To/Subject block that starts at lines[start]; None if there is none.

    Bold in plain text (*Da:*) and any order are accepted; a sender and two other labels are needed, and a subject or
    an address among them: "Da: Roma, A: Milano, Data: lunedì" is a customer's sentence.
    """
    kinds: set[str] = set()
    proof = False
    end = start
    for index in range(start, min(len(lines), start + _HEADER_LINES)):
        line = lines[index]
        match = _LABEL.match(line)
        kind = _LABEL_KIND.get(match.group(1).casefold()) if match else None
        if kind is None:
            # An address list or a subject continued on the next line, or a blank within the block: allowed while the
            # block goes on.
            if index == start or (not line and "subject" in kinds):
                break
            continue
        if kind == "from" and "from" in kinds:
            break
        if index == start and kind not in ("from", "sent", "subject", "to"):
            return None
        kinds.add(kind)
        end = index + 1
        proof = proof or kind == "subject" or "@" in line
    if "from" in kinds and proof and len(kinds) >= 3 and ("sent" in kinds or "subject" in kinds):
        return end
    return None


_PHONE_NAMES = (
    r"(?:(?:mio|my|mein|meinem|mon|mi) )?(?:iphone|ipad|ipod|smartphone|cellulare|telefono|telefonino|mobile|phone"
    r"|handy|tablet|android|samsung|galaxy"
    r"|huawei|xiaomi|redmi|pixel|blackberry|windows|dispositivo|device|outlook|yahoo|libero|tiscali|virgilio|aruba"
    r"|mail|posta|proton|gmail|k-9|fairemail"
    r"|bluemail|tuta|gmx|web\.de|freemail|orange|bouygues|sfr|spark|mailspring|thunderbird|apple|aqua|unterwegs"
    r"|watch|móvil"
    r"|portable|appareil|myMail|alto|aol|hotmail)"
)
_MOBILE = re.compile(
    r"^(?:[-—–] ?)?(?:"
    rf"(?:(?:messaggio|e-?mail) )?(?:inviat[oa]|spedit[oa]|scritto) (?:da|dal|dallo|dalla|con|tramite)(?: (?:il"
    rf"|la))? ?{_PHONE_NAMES}\b.{{0,90}}"
    rf"|sent (?:from|via|with|using)(?: the| an?)? ?{_PHONE_NAMES}\b.{{0,90}}"
    rf"|(?:diese nachricht wurde )?(?:von|vom) ?{_PHONE_NAMES}\b.{{0,60}}gesendet.{{0,30}}|gesendet (?:von|mit|vom"
    rf"|aus)(?: der| dem)? ?{_PHONE_NAMES}\b.{{0,90}}"
    rf"|envoyé (?:de|depuis|à partir de|avec|par)(?: mon| ma| l')? ?{_PHONE_NAMES}\b.{{0,90}}"
    rf"|enviado (?:desde|con|mediante)(?: mi| el)? ?{_PHONE_NAMES}\b.{{0,90}}"
    r"|(?:scarica|ottieni|get|téléchargez?|télécharger|obtenir|obtener|descargar|holen sie sich|hol dir|laden sie)"
    r" (?:outlook|bluemail|proton ?mail|mail) (?:per|for|pour|para|für) .{1,90}"
    r"|outlook (?:für|for|per) .{1,60} (?:herunterladen|beziehen)"
    r")$",
    re.IGNORECASE,
)
_SCANNED = re.compile(
    r"^(?:virus[- ]free|privo di virus|senza virus|garantiert virenfrei|sans virus|libre de virus|mail priva di virus|"
    r"(?:questa e-?mail|questo messaggio) è stat[oa] (?:controllat|verificat|scansionat)[oa]"
    r"|this e-?mail has been (?:checked|scanned))\b.{0,160}$",
    re.IGNORECASE,
)


def is_mobile_signature(line: str) -> bool:
    """Whether the line is one that a telephone, an app or a virus scanner adds: "Inviato da iPhone", "Get Outlook for
    iOS"."""
    return len(line) <= 180 and bool(_MOBILE.match(line) or _SCANNED.match(line))


def is_signature_delimiter(line: str) -> bool:
    """Whether the line is the "-- " of RFC 3676, section 4.3, also where the blank was lost or a dash became
    typographic."""
    return line in ("--", "- --", "—")


_POSTSCRIPT = re.compile(r"^(?:p\.? ?s\.?|n\.? ?b\.?)(?:[ :.,]|$)", re.IGNORECASE)


def is_postscript(line: str) -> bool:
    """Whether the line opens a postscript, which the writer wants to be read although it stands below the signature."""
    return bool(_POSTSCRIPT.match(line))


_ANSWERS_INSIDE = re.compile(
    r"\b(?:risp\w{1,8}|vedi|vedere|guard\w{1,4}|trov\w{1,6}|coment\w{1,6}|comment\w{1,6}|see|find|answer\w{0,4}"
    r"|repl\w{1,5}|siehe|antwort\w{0,3}|voir|répon\w{1,4}|respue\w{1,4})\b"
    r"[^.?!]{0,60}\b(?:sotto|in ?-?line|below|nel testo|nel corpo|in rosso|in blu|in red|in blue|in calce"
    r"|di seguito|unten|im text|ci-dessous|en rouge|abajo|más abajo|en rojo)\b",
    re.IGNORECASE,
)


def announces_answers_inside(text: str) -> bool:
    """Whether the writer says that the answers stand within the text below ("rispondo sotto in rosso"): then nothing
    may be folded."""
    return bool(_ANSWERS_INSIDE.search(text[:2000]))
