import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.thanks import is_only_thanks

THANKS = """
grazie mille!
Grazie
grazie!!!
GRAZIE MILLE
ok grazie, a posto
Ok
Ok, grazie.
perfetto, risolto
Perfetto grazie!
Tutto risolto, grazie mille
Problema risolto, grazie per l'aiuto
Adesso funziona, grazie
Funziona tutto perfettamente, grazie mille per la rapidità
Ottimo, grazie
Va bene, grazie
Ricevuto, grazie
Grazie, siete stati gentilissimi
Grazie a voi
Grazie a tutti e buona giornata
Grazie mille Anna
Grazie Anna, buon lavoro!
Ciao Anna,\\ngrazie mille!\\nPaolo
Buongiorno,\\ntutto a posto, grazie.\\nCordiali saluti\\nPaolo Riva
Gentile dott.ssa Rossi,\\nla ringrazio molto.\\nDistinti saluti\\nElena Conti
Vi ringrazio per la disponibilità e la cortesia.
Grazie di cuore
Grazie 😊
👍
👍🏻
👌 grazie
❤️
🙏🙏
Perfetto :)
Bravissimi!
È tutto a posto, confermo.
Sì, funziona. Grazie!
Grazie per il tempestivo intervento
Grazie per la risposta
thank you so much :)
Thanks!
thanks a lot
Thank you very much for your help.
Many thanks
Thx
ty
Cheers
Perfect, thanks
Great, thank you!
That works, thank you
It works now, thanks again!
All good now, thanks
All sorted, cheers
Solved, thank you!
Issue resolved, thank you for your quick response
Fixed. Thanks for the prompt support!
Hi Anna,\\n\\nThank you so much!\\n\\nBest regards\\nEmma
Dear Ms. Stone,\\nmuch appreciated.\\nKind regards,\\nOliver Field
Thanks Ben, have a nice day
Awesome, thank you team
You guys are awesome, thanks
I really appreciate your help
Received, thanks
Anna Conti reacted to your message:
Anna Conti reacted to your message: 👍
👍 Anna Conti reacted via Gmail
Paolo ha reagito con 👍
❤️ Paolo Riva ha reagito tramite Gmail
Ok perfetto
Thank you! 🎉
Okay, perfect!
Ok tutto risolto. Grazie infinite. Saluti Mario Bianchi
Confermo che funziona, grazie
Many thanks indeed
Thanks for sorting this out, great support
Thanks for the help and the quick reply
Grazie per la risposta e per l'assistenza
"""

NOT_THANKS = """

Buongiorno
Cordiali saluti\\nPaolo Riva
Grazie, ma non funziona
grazie ma ho ancora un problema
Grazie, però manca la stampante
Non funziona
Non ho risolto, grazie
Ancora niente, grazie
Grazie, ancora
Grazie in anticipo
Grazie. Quando arriva il tecnico?
Grazie, potete richiamarmi
Grazie, vorrei anche un preventivo
Grazie, attendo
Ok, aspetto notizie
Ok domani provo
Grazie\\nRichiamatemi
Grazie\\nUrgente
Grazie\\nRiparate subito
Thanks\\nWaiting
Grazie, il mio numero è 055 5550101
Grazie, scrivetemi a paolo@riva.example
Perfetto, allora passate giovedì
Grazie, purtroppo la stampante è ferma
Ok, ma il collega no
Grazie, il problema è questo
Problema
Grazie per il problema
Grazie, un'altra cosa
Grazie. Mi serve anche la fattura
Grazie...
Grazie 👎
👎
😡 grazie
Grazie :(
Perfetto, riaprite il ticket
Potete chiudere il ticket, grazie
Confermo l'appuntamento
Grazie, ordine 4471
GRAZIE RICHIAMATE SUBITO
Thanks, but it is not working
Thanks but no
It still fails, thanks
Thanks, still waiting
Thanks in advance
Thank you, please call me
Thanks. One more thing
Thanks, can you also check the printer
Thanks, could you send the invoice
Is it working now
Thanks, is it fixed now
Thanks?
Thanks, however the invoice is wrong
It works, except on Monday
Not solved
Thanks, the issue is this
Great, another error
It never works
No thanks
Thanks for nothing
Perfect, I will try tomorrow
Hello
Have a nice day
See attached, thanks
Ok help
Help, thanks
Thanks, reply to all
Thanks, fix it
Grazie. Altro problema risolto
Ok, confirm it
Grazie, assistenza subito
It works so so
Thanks and fix the printer
Anna reacted to your message: 👎
Anna reacted to your message: 👍 but the printer is broken
Emma Stone
[image]
https://www.example.com
Ok!!! Aspetto
Thanks\\nCall Me
Thanks\\nHe Said It Broke Down Yesterday
"""


def cases(table: str) -> list[str]:
    return [row.replace("\\n", "\n") for row in table.strip("\n").split("\n")]


@pytest.mark.parametrize("text", cases(THANKS))
def test_is_only_thanks_of_thanks_is_true(text):
    assert is_only_thanks(text)


@pytest.mark.parametrize("text", cases(NOT_THANKS))
def test_is_only_thanks_of_anything_else_is_false(text):
    assert not is_only_thanks(text)


@pytest.mark.parametrize("text", cases(THANKS))
@pytest.mark.parametrize(
    "more", [" ma non va", " Not yet", "?", "\nMi serve la fattura", " 12", " but", " ancora", " però", " still"]
)
def test_is_only_thanks_when_something_is_added_is_false(text, more):
    assert not is_only_thanks(text + more)


def test_is_only_thanks_when_long_is_false():
    assert not is_only_thanks("grazie " * 26)
    assert not is_only_thanks("🙂" * 600)


@given(st.text())
def test_is_only_thanks_of_any_text_answers(text):
    assert is_only_thanks(text) in (True, False)
