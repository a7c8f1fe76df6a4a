"""Where the signature begins at the end of what somebody wrote.

Conservative: a signature left in the text costs a glance, a sentence taken for one costs the customer's words.
Source: docs/algorithms/quotes.md
"""

import re
from collections.abc import Sequence

from sportello.channels.email.quotes_marks import (
    is_mobile_signature,
    is_postscript,
    is_rule,
    is_signature_delimiter,
)

_DELIMITED_LINES = 30
_BLOCK_LINES = 14
_PARAGRAPH_LINES = 40

_CLOSING = re.compile(
    r"^(?:(?:con i più |porgo |molti |tanti )?(?:cordiali|distinti|cari|migliori|i miei"
    r"|i nostri) (?:più )?(?:cordiali )?saluti|cordialmente|cordialità|saluti(?: cordiali)?|un (?:cordiale|caro) saluto"
    r"|(?:with )?(?:best|kind|kindest|warm|many)? ?regards|best wishes|yours (?:sincerely|faithfully|truly)"
    r"|sincerely(?: yours)?|best"
    r"|mit (?:freundlichen|freundlichem|besten|herzlichen) gr(?:ü|ue)(?:ß|ss)(?:en)?|(?:viele|liebe|beste"
    r"|freundliche|schöne) gr(?:ü|ue)(?:ß|ss)e|mfg|hochachtungsvoll"
    r"|(?:bien )?(?:cordialement|à vous)|(?:meilleures|sincères) salutations|salutations(?: distinguées)?"
    r"|(?:un )?(?:cordial )?saludos?|saludos cordiales|atentamente|un cordial saludo)[.,!;]{0,2}$",
    re.IGNORECASE,
)
_THANKING = re.compile(
    r"^(?:grazie(?: mille| in anticipo)?(?: e (?:cordiali |distinti )?saluti)?|thanks(?: in advance| and (?:best "
    r"|kind )?regards)?|thank you|(?:vielen )?danke?(?: und (?:viele )?grüße)?|merci(?: d'avance)?"
    r"|(?:muchas )?gracias)[.,!]{0,3}$",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"^[\W_]{0,3}(?:tel(?:efono|efon|ephone|éfono|éphone)?|t|ph(?:one)?|cell(?:ulare)?|mob(?:ile|il)?|m|fax|f"
    r"|e-?mail|pec|web|www|sito|p\.? ?iva|c\.? ?f\.?|skype|ufficio|office|direct|móvil|handy|portable|centralino)"
    r" ?[.:)|] ?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"^[\W_]{0,3}\+?\(?\d[\d ()./+-]{6,20}\d$")
_WEB = re.compile(r"^(?:<?(?:https?://|www\.)\S{3,120}>?|[\w.+-]{1,64}@[\w.-]{3,120})$", re.IGNORECASE)
_STREET = re.compile(
    r"^(?:via|viale|piazza|corso|largo|vicolo|str\.|strada|rue|avenue|calle|plaza|sede)\b.{0,60}\d"
    r"|^.{2,40}(?:straße|strasse|str\.|street|road|avenue)\b.{0,40}$|\b\d{5}\b .{0,30}\([A-Z]{2}\)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\?(?:\s|$)")
_ASKS_TO_BE_CALLED = re.compile(
    r"chiam|telefon|numero|recapit|contatt|indirizzo|call|phone|number|reach|contact|address|anruf|nummer|erreich"
    r"|appel|rappel|joind|numéro|llam|contact|dirección|dati|details",
    re.IGNORECASE,
)

_DISCLAIMER = tuple(
    tuple(stems.split("|"))
    for stems in (
        "riservat|confidenzial|confidential|privileged|vertraulich|confidentiel",
        "destinatari|recipient|addressee|intended|empfänger|adressat|destinataire|esclusivamente",
        "per errore|in errore|erroneamente|in error|by mistake|irrtümlich|par erreur|por error",
        "allegat|attachment|anhäng|anhang|pièces jointe|pièce jointe|adjunt",
        "messaggio|e-mail|email|message|nachricht|mensaje|comunicazione|correo|courriel",
        "divulga|diffusione|distribuzione|copia|riproduzione|disclos|disseminat|distribution|copying|weitergabe"
        "|difusión"
        "|vietat|prohibit|unauthori|untersagt|interdit|prohibid",
        "distrugg|distruzione|cancella|elimina|delete|destroy|notify|avvis|mittente|sender|vernichten|löschen|supprim"
        "|détrui|notifi|absender|expéditeur|remitente",
        "2016/679|196/2003|gdpr|regolamento ue|regolamento europeo|regolamento (ue)|codice privacy|dsgvo|rgpd|d.lgs",
        "trattament|trattati|informativa|data protection|privacy policy|privacy notice|datenschutz",
    )
)
_ASKS = re.compile(
    r"\?|\b(?:chied\w{1,5}|vorre\w{1,4}|richied\w{1,5}|pote(?:te|sti)|i (?:request|would|want|need)|we (?:request"
    r"|need)|bitte ich|ich möchte|je (?:demande|souhaite|voudrais)|solicito|quisiera)\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"^\W{0,5}(?:avviso|nota (?:di|sulla)|disclaimer|privacy|confidential|riservatezza|ai sensi"
    r"|le informazioni contenute"
    r"|informativa|this (?:e-?mail|message|communication)|the (?:information|contents?)|quest[oa] (?:e-?mail"
    r"|messaggio|comunicazione)"
    r"|(?:il|la) presente|diese (?:e-?mail|nachricht)|vertraulich|ce (?:message|courriel)|este (?:mensaje|correo))\b",
    re.IGNORECASE,
)
_GREEN = re.compile(
    r"^.{0,20}(?:prima di stampare|rispetta l'ambiente|pensa all'ambiente|consider the environment|before printing"
    r"|denken sie an die umwelt|pensez à l'environnement|antes de imprimir).{0,120}$",
    re.IGNORECASE,
)


def is_disclaimer(paragraph: str) -> bool:
    """Whether a paragraph is a legal notice: it speaks of three of the things such notices do, and asks for nothing."""
    text = paragraph[:3000].casefold()
    if len(text) < 160 and _GREEN.match(text):
        return True
    return len(text) >= 60 and _topics(text) >= 3 and not _ASKS.search(text)


def _topics(text: str) -> int:
    return sum(1 for stems in _DISCLAIMER if any(stem in text for stem in stems))


def signature_range(lines: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Range within [start, end) that is the signature of lines[start:end]; (end, end) if there is none.

    Taken off from below: legal notices, telephone lines, rules; then the block under "-- ", or a closing followed by
    contact lines. It reaches to the end, unless a postscript follows the block under "-- ".
    """
    end_of_text = _skip_blank_up(lines, start, end)
    begin = _without_footers(lines, start, end_of_text)
    delimiter, postscript = _delimiter(lines, start, begin)
    if delimiter is not None:
        begin = _without_footers(lines, start, _skip_blank_up(lines, start, delimiter))
        if postscript is not None:
            return begin, postscript
    else:
        begin = _without_footers(lines, start, _without_contact_block(lines, start, begin))
    return (end, end) if begin == end_of_text else (begin, end)


def _skip_blank_up(lines: Sequence[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1]:
        end -= 1
    return end


def _without_footers(lines: Sequence[str], start: int, end: int) -> int:
    taken = end
    while True:
        bottom = _skip_blank_up(lines, start, taken)
        if bottom == start:
            return taken
        last = lines[bottom - 1]
        if is_mobile_signature(last) or (taken < end and is_rule(last)):
            taken = bottom - 1
            continue
        # A telephone line wrapped by the sender's program ("Sent from my …" / "<https://…>") ends in a bare link.
        if bottom - 2 >= start and _WEB.match(last) and is_mobile_signature(lines[bottom - 2]):
            taken = bottom - 2
            continue
        top = bottom - 1
        while top > start and lines[top - 1] and bottom - top < _PARAGRAPH_LINES and not is_rule(lines[top - 1]):
            top -= 1
        # A wrapped notice is believed only from its opening words on: the lines above may be the writer's.
        if (top == bottom - 1 or _opens_notice(lines[top])) and is_disclaimer(" ".join(lines[top:bottom])):
            taken = top
        elif is_disclaimer(last):
            taken = bottom - 1
        else:
            return taken


def _opens_notice(line: str) -> bool:
    return bool(_NOTICE.match(line))


def _delimiter(lines: Sequence[str], start: int, end: int) -> tuple[int | None, int | None]:
    below = 0
    found = postscript = None
    for index in range(end - 1, start - 1, -1):
        line = lines[index]
        if is_signature_delimiter(line):
            found = index
        elif is_postscript(line):
            if found is not None:
                break
            postscript, below = index, 0
        elif line:
            below += 1
            # Two dashes also divide a text: nobody signs with a question, a colon announces a list.
            if below > _DELIMITED_LINES or (found is None and _QUESTION.search(line)):
                break
            if found is not None and line.endswith(":") and found - index == 1:
                found = None
                break
    return found, postscript if found is not None else None


def _without_contact_block(lines: Sequence[str], start: int, end: int) -> int:
    contacts = labelled = block = 0
    for index in range(_skip_blank_up(lines, start, end) - 1, start - 1, -1):
        line = lines[index]
        if not line:
            continue
        formal = bool(_CLOSING.match(line))
        if formal or _THANKING.match(line):
            confident = (labelled >= 1 or contacts >= 2) if formal else (contacts >= 2 and labelled >= 1)
            if confident and not _ASKS_TO_BE_CALLED.search(" ".join(lines[max(start, index - 40) : index])):
                return index if formal else index + 1
            if formal:
                return end
            continue
        block += 1
        if block > _BLOCK_LINES or len(line) > 90 or "?" in line or is_postscript(line):
            return end
        if _LABELLED.match(line):
            labelled += 1
            contacts += 1
        elif _PHONE.match(line) or _WEB.match(line) or _STREET.search(line):
            contacts += 1
        elif line.endswith((".", "!", ":", ";")) and not line.endswith(
            ("S.r.l.", "s.r.l.", "S.p.A.", "s.p.a.", "s.n.c.", "s.a.s.", "Inc.", "Ltd.", "Co.")
        ):
            return end
    return end
