"""Which language a short text is written in.

By counting small words that nearly every sentence holds and endings that are typical of one language. No model, no
download: enough to choose the language of an answer, and honest about texts of one or two words.
"""

import re
from collections.abc import Sequence

_MAX_CHARACTERS = 4000
_MAX_WORDS = 300

_WORDS = {
    "it": """stampante fattura richiesta informazioni errore accesso assistenza aiuto preventivo ordine
        prenotazione il lo la gli le un uno una di del dello della dei degli delle da dal dalla dai dalle
        a al allo alla ai alle in nel nella nei nelle su sul sulla sui con per tra fra e ed o ma se che
        chi cui non più è sono sei siamo siete era ho hai ha abbiamo avete hanno avevo aveva mi ti ci vi
        si ne io tu noi voi loro lui lei questo questa questi queste quello quella come quando dove perché
        anche già ancora solo sempre molto poi però quindi così ora adesso oggi ieri domani grazie salve
        ciao buongiorno buonasera cordiali saluti gentile prego vorrei posso può potete potrei devo
        abbiamo fatto stato stata essere fare avere invio allego allegato funziona riesco riesce problema
        mio mia miei nostro nostra vostro vostra suo sua dopo prima fino senza tutto tutti nessuno niente
        qualcosa bene risolto""",
    "en": """the an of to in on at by for from with about into and or but if that which who not is are was were
        be been am have has had do does did done will would can could should may must i you he she it we
        they me him her us them my your his its our their this these those what when where why how there
        here also already still only always very then so now today yesterday tomorrow thanks thank please
        hello hi dear regards kind best could get got need want know let see any some no yes more than
        just out up down after before since until all nobody something working works issue problem again
        invoice error printer request help missing booking order account cannot can't don't doesn't isn't
        i'm it's we're""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber wenn dass nicht ist sind
        war waren sein haben hat habe hatte werden wird wurde kann können könnte muss müssen ich du er sie
        es wir ihr mich mir uns ihnen mein meine unser unsere ihre ihren dieser diese dieses was wer wann
        wo warum wie hier auch schon noch nur immer sehr dann jetzt heute gestern morgen danke bitte hallo
        guten tag grüße freundlichen von vom zu zum zur mit bei für auf aus nach über unter seit bis mehr
        kein keine alle nichts etwas funktioniert""",
    "fr": """le la les un une des du de au aux et ou mais si que qui dont ne pas plus est sont était être avoir
        ai as a avons avez ont je tu il elle nous vous ils elles me te se mon ma mes notre nos votre vos
        son sa ses ce cet cette ces quoi quand où pourquoi comment ici aussi déjà encore seulement
        toujours très alors maintenant hier demain merci bonjour bonsoir salut cordialement dans sur sous
        avec sans pour par chez depuis jusque tout tous rien peux peut pouvez voudrais fonctionne problème""",
    "es": """el la los las un una unos unas de del al y o pero si que quien cual no más es son era ser estar
        está están he has ha hemos han yo tú él ella nosotros ustedes usted ellos me te se nos mi mis su
        sus nuestro nuestra este esta estos estas eso qué cuando dónde cómo aquí también ya todavía solo
        siempre muy entonces ahora hoy ayer mañana gracias hola buenos buenas días saludos en con sin por
        para desde hasta sobre todo todos nada algo puedo puede pueden quiero funciona problema""",
}
_ENDINGS = {
    "it": "zione zioni mente ando endo ato ata ati ate uto ita are ere ire gli sco ssimo ssima ggio",
    "en": "ing tion tions ness ould ight ed ly ever ough",
    "de": "ung ungen keit heit lich isch cht tz ieren ß",
    "fr": "eux euse ement ais ait ions ez oir eau elle",
    "es": "ción ciones ado ada ados idad amos ñ ían ar",
}
_SIGNS = {"it": "ìòù", "de": "äöüß", "fr": "çêâîôœëû", "es": "ñ¿¡"}

# A word that several languages share speaks for each of them in part.
_SHARE: dict[str, dict[str, float]] = {}
for _language, _list in _WORDS.items():
    for _word in set(_list.split()):
        _SHARE.setdefault(_word, {})[_language] = 0.0
for _languages in _SHARE.values():
    for _language in _languages:
        _languages[_language] = 1 / len(_languages) ** 2

_ENDING_WEIGHT = 0.4
_SIGN_WEIGHT = 0.6
_SUFFIXES = {ending: language for language, endings in _ENDINGS.items() for ending in endings.split()}
_LONGEST = max(map(len, _SUFFIXES))
_TOKEN = re.compile(r"[^\W\d_]+(?:'t\b)?")
_NOT_PROSE = re.compile(r"\S*(?:@|://|www\.)\S*")


def guess(text: str, *, among: Sequence[str] = ("it", "en"), default: str = "") -> str:
    """The language of text, as one of among, or default when unsure.

    Knows it, en, de, fr and es. A text in one of these that is not among the wanted gives default too, rather than the
    nearest. Only the first 300 words are read.
    """
    scores = _scores(text[:_MAX_CHARACTERS])
    best = max(scores, key=scores.__getitem__)
    score, second = sorted(scores.values(), reverse=True)[:2]
    if score < 1 or score - second < max(0.5, 0.25 * score):
        return default
    return best if best in among else default


def _scores(text: str) -> dict[str, float]:
    scores = dict.fromkeys(_WORDS, 0.0)
    lowered = _NOT_PROSE.sub(" ", text).replace("’", "'").lower()
    for word in _TOKEN.findall(lowered)[:_MAX_WORDS]:
        share = _SHARE.get(word)
        if share is not None:
            for language, part in share.items():
                scores[language] += part
        elif len(word) > 4:
            ending = next((word[-n:] for n in range(_LONGEST, 0, -1) if word[-n:] in _SUFFIXES), None)
            if ending:
                scores[_SUFFIXES[ending]] += _ENDING_WEIGHT
    for language, signs in _SIGNS.items():
        if any(sign in lowered for sign in signs):
            scores[language] += _SIGN_WEIGHT
    return scores
