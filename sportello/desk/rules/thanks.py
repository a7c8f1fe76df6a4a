"""Whether a message only says thank you, so that it need not reopen a solved ticket.

In doubt the answer is no: a ticket reopened for a courtesy costs a click, a request taken for a courtesy costs the
customer. Source: docs/algorithms/thanks.md
"""

import re

_MAX_CHARACTERS = 500
_MAX_WORDS = 25
_MAX_NAMES = 6

_THANKS = frozenset(
    """grazie graziee grazieee ringrazio ringraziamo ringraziarvi ringraziarla ringraziarti thanks thank
    thankyou thx thnx tks ty cheers ok okay oki okk perfetto perfetta perfect ottimo benissimo bene risolto
    risolta risolti risolte solved resolved fixed sorted funziona funzionano funzionante works working great
    excellent awesome brilliant fantastic fantastico fantastici bravi bravissimi bravissima bravissimo
    appreciated appreciate ricevuto ricevuta received posto eccellente splendido super""".split()
)
_COURTESY = frozenset(
    """mille tante infinite davvero veramente molto molte tanto di cuore tutto tutti tutte a al alla alle ad
    anche il la lo le l gli i un una per da del della dell dello e ed è adesso ora subito va si sì vi ti voi
    lei te ho ha abbiamo siete sei stato stata stati state gentile gentili gentilissimo gentilissima
    gentilissimi veloci veloce velocissimi velocissimo rapidi rapidissimi rapido efficienti efficiente
    efficientissimi disponibili disponibile professionali preziosi prezioso grande grandi grandissimi
    migliori aiuto supporto assistenza disponibilità pazienza velocità rapidità tempestività tempestivo
    tempestiva cortesia professionalità attenzione collaborazione intervento risposta riscontro soluzione
    risoluzione chiarimento chiarimenti spiegazione informazione informazioni vostra vostro sua suo tua tuo
    pronta pronto rapida ottima gentilezza perfettamente confermo confermiamo d accordo chiaro chiarissimo
    capito problema tempo lavoro you very much so many a lot lots ton tons million bunch again for your the
    all help support assistance time patience quick fast prompt speedy swift kind response reply answer fix
    fixing solving resolving helping explanation clarification it that this s is its everything now
    perfectly fine good well wonderful amazing lovely nice cool done got understood noted confirmed i we am
    are re m really truly greatly and to yes yep problem issue too job work team guys everyone folks rock
    best hero heroes service che sistemato sistemata sistemati complimenti infinitamente indeed sorting out""".split()
)
_GREETINGS = frozenset(
    """ciao salve buongiorno buonasera buondì gentile gentilissimo gentilissima gentili caro cara cari egregio
    spettabile hi hello hey dear""".split()
)
_FAREWELLS = frozenset(
    """saluti saluto salutoni cordiali cordialmente cordialità distinti buona buon giornata serata giorno
    pomeriggio notte weekend settimana fine arrivederci presto regards wishes warm warmest kindest yours
    sincerely truly have morning afternoon evening day bye""".split()
)
_TITLES = frozenset(
    "sig signor signora sigra dott dottor dottoressa dottssa ing avv geom rag mr mrs ms miss dr sir madam".split()
)
# Nouns of thanks that alone would ask for something: "thanks for your help", but "ok, help" or "fix it, thanks".
_GIVEN = frozenset(
    "help support assistance reply answer fix response service aiuto supporto assistenza intervento risposta".split()
)
_GIVING = frozenset(
    """for your the all quick prompt fast great good excellent amazing much per l il la lo vostra vostro sua suo tua tuo
    dell della ottima ottimo rapida pronta""".split()
)
_ADDRESSING = _GREETINGS | _TITLES | _THANKS | _FAREWELLS | {"mille", "tante", "a", "e"}
_KNOWN = _THANKS | _COURTESY | _GREETINGS | _FAREWELLS | _TITLES
_SOLVED = re.compile(r"\b(?:risolt[oaie]|solved|resolved|fixed|sorted)\b")
_NAMES_TROUBLE = frozenset(("problema", "problem", "issue"))

# Words that begin or end like these are never taken for a name, however they are written.
_NO_NAME = re.compile(
    r"^(?:non|ma$|però|pero$|ancora|tuttavia|purtroppo|peccato|invece|anzi|solo|salvo|tranne|eccetto|sempre|stess"
    r"|quand|come$|dove$"
    r"|perch|attend|attes|aspett|richiam|chiam|telefon|scriv|rispond|serv|urgen|manc|error|problem|prov|verific|controll"
    r"|aggiorn|invi|mand|bisogn|vorre|pote|poss|puo|può|devo|dobb|chied|domand|apri|riapr|chiud|domani|oggi|ieri|poi|dopo"
    r"|but|not|still|however|except|unless|although|though|yet|no$|never|nothing|altr|other|anoth|same|attach|alleg"
    r"|see$|look|guard|vedi|veda|sbagli|wrong|please|pls|can|could|would|should|will"
    r"|need|want|wait|call|send|check|try|when|what|why|how|where|who|tomorrow|today|then|later|also|another|one|don|doesn"
    r"|isn|won|didn|haven|reopen|open|close|update|urgent|asap|sorry|scus|spiac)"
    r"|(?:ate|ete|ite|are|ere|ire|ando|endo|temi|teci|ing)$"
)
_ASKS_WITHOUT_MARK = re.compile(r"(?:^|[.,;:!\n-])\s*(?:is|are|am|do|does|did|has|was|have (?!a\b))\b")

_GLAD = "👍👌🙏😊🙂😀😃😄😁😉😍🥰😘🤗🤝👏🎉🥳💪✅☑✔💯❤♥🧡💛💚💙💜🌟⭐✨🔝😎🙌🏆🌹🌸🌺💐☺😇🤩"
_JOINERS = "\ufe0f\u200d🏻🏼🏽🏾🏿"
_EMOJI = re.compile("[\u2190-\u21ff\u2300-\u27bf\u2900-\u2bff\U0001f000-\U0001faff]")
_SMILE = re.compile(r"(?<!\w)(?:[:;=8][-']?[)\]D*]+|\^_?\^|<3|xD|XD)(?!\w)")
_REACTION = re.compile(
    r"^[\w .,'’()-]{1,80} (?:reacted (?:to your (?:message|email)|via gmail|with)"
    r"|ha reagito (?:al (?:tuo|suo) messaggio|alla tua email|con|tramite|via)|ha aggiunto una reazione)"
    r"(?: (?:gmail|outlook))?[\s:.]*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.,;:!\n-]|\b(?:ok|and|e)\b")
_WORD = re.compile(r"[^\W\d_]+")
_ABBREVIATION = re.compile(r"\b(sig|dott|ing|avv|geom|rag|mr|mrs|ms|dr)\.(ra|ssa)?", re.IGNORECASE)


def is_only_thanks(new_text: str) -> bool:
    """Whether what somebody newly wrote is nothing but thanks, an approval or a reaction, with a greeting and a name.

    new_text: the new part of a mail, without quotation; a signature with digits or addresses makes the answer no.
    Knows Italian and English; every word must be known, or stand where a name stands.
    """
    text = new_text.strip()
    if not text or len(text) > _MAX_CHARACTERS:
        return False
    text = _SMILE.sub(" 🙂 ", text.translate(dict.fromkeys(map(ord, _JOINERS))))
    emoji = _EMOJI.findall(text)
    if any(sign not in _GLAD for sign in emoji):
        return False
    text = _EMOJI.sub(" ", text)
    if _REACTION.match(" ".join(text.split())):
        return True
    if re.search(r"[\d?¿@#%€$/\\|{}<>=_\[\]…]|\.\.|:\(", text):
        return False
    text = _ABBREVIATION.sub(r"\1", text).replace("’", "'")
    if _ASKS_WITHOUT_MARK.search(text.lower()) or any(map(_asks_for_help, _CLAUSE.split(text.lower()))):
        return False
    return _says_only_thanks(text, bool(emoji))


def _says_only_thanks(text: str, glad: bool) -> bool:
    words = names = 0
    for line in text.splitlines():
        found = _WORD.findall(line)
        words += len(found)
        unknown = [word for word in found if word.lower() not in _KNOWN]
        names += len(unknown)
        if words > _MAX_WORDS or names > _MAX_NAMES:
            return False
        if unknown and not (glad and _is_a_name(found)) and not _are_addressed(found):
            return False
        glad = glad or any(word.lower() in _THANKS for word in found)
    lowered = text.lower()
    if not glad or "so so" in lowered:
        return False
    return not any(word in lowered for word in _NAMES_TROUBLE) or bool(_SOLVED.search(lowered))


def _asks_for_help(clause: str) -> bool:
    words = _WORD.findall(clause)
    return any(word in _GIVEN and _GIVING.isdisjoint(words[:place]) for place, word in enumerate(words))


def _looks_like_a_name(word: str) -> bool:
    return word[0].isupper() and not (len(word) > 1 and word.isupper()) and not _NO_NAME.search(word.lower())


def _is_a_name(words: list[str]) -> bool:
    """Whether a line of its own, below the thanks, is the writer's name."""
    return len(words) <= 4 and all(_looks_like_a_name(word) for word in words if word.lower() not in _KNOWN)


def _are_addressed(words: list[str]) -> bool:
    """Whether each unknown word follows a greeting, a title or the thanks as a name does: "grazie mille Anna"."""
    addressing = False
    for word in words:
        known = word.lower()
        if known in _KNOWN:
            addressing = known in _ADDRESSING
        elif not (addressing and _looks_like_a_name(word)):
            return False
    return True
