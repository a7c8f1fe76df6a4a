import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit.languages import guess

ITALIAN = """
Buongiorno, la stampante non funziona
Grazie mille
Problema stampante
Richiesta informazioni
Grazie, tutto a posto
Non riesco ad accedere al gestionale
Da stamattina internet non va
Vi allego la fattura
Potete richiamarmi domani?
Il computer di Elena è lentissimo
Ciao, ho un problema con la posta
Salve, vorrei un preventivo per due monitor
Password scaduta, come faccio?
Errore 0x80070057 quando apro il file
Risolto, funziona tutto
Buonasera\\nnon ricevo più le mail\\nsaluti
La prenotazione 4471 è stata cancellata per sbaglio
Si è rotto lo schermo del portatile
Server bloccato dopo l'aggiornamento
Chiamatemi appena potete, è urgente
perché non mi risponde nessuno?
In allegato lo screenshot dell'errore
""".strip().split("\n")
ENGLISH = """
Hello, the printer is not working
Thanks a lot
Invoice missing
Booking engine error
Thank you, all good
I cannot log in to the booking engine
Internet has been down since this morning
Please find the invoice attached
Can you call me back tomorrow?
Emma's computer is very slow
Hi, I have a problem with my mail
We would like a quote for two monitors
Password expired, what should I do?
Error 0x80070057 when I open the file
Solved, everything works
Good evening\\nI am no longer receiving mail\\nregards
Booking 4471 was cancelled by mistake
The screen of the laptop is broken
Server stuck after the update
Call me as soon as you can, it is urgent
Why is nobody answering?
See the screenshot of the error
""".strip().split("\n")
OTHERS = [
    ("de", "Guten Tag, der Drucker funktioniert nicht mehr"),
    ("de", "Können Sie mich bitte morgen anrufen?"),
    ("fr", "Bonjour, l'imprimante ne fonctionne plus"),
    ("fr", "Pouvez-vous me rappeler demain ?"),
    ("es", "Buenos días, la impresora no funciona desde ayer"),
    ("es", "¿Pueden llamarme mañana por favor?"),
]
UNSURE = [
    "",
    "12345",
    "OK",
    "Router WiFi 6",
    "info@rossi.example https://rossi.example/it/per/il/come",
    "0x80070057",
    "👍",
    "AX-4410",
]


@pytest.mark.parametrize("text", ITALIAN)
def test_guess_of_an_italian_mail_is_it(text):
    assert guess(text.replace("\\n", "\n")) == "it"


@pytest.mark.parametrize("text", ENGLISH)
def test_guess_of_an_english_mail_is_en(text):
    assert guess(text.replace("\\n", "\n")) == "en"


@pytest.mark.parametrize(("language", "text"), OTHERS)
def test_guess_of_another_language_is_it_only_where_wanted(language, text):
    assert guess(text, among=("it", "en", "de", "fr", "es")) == language
    assert guess(text, default="en") == "en"


@pytest.mark.parametrize("text", UNSURE)
def test_guess_when_unsure_is_the_default(text):
    assert guess(text) == ""
    assert guess(text, default="it") == "it"


def test_guess_of_mixed_halves_is_the_default():
    assert guess("the invoice is here, la fattura non è arrivata") == ""


@given(st.text(), st.sampled_from(["", "it"]))
def test_guess_of_any_text_is_among_the_wanted_or_the_default(text, default):
    assert guess(text, default=default) in ("it", "en", default)
