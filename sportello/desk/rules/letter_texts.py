"""The default words of the mails that the desk sends, and of what surrounds them, in both languages.

An admin replaces a StepText by their own; the fixed words are the house's. Subjects stay the same in a conversation,
because mail programs put together what has the same subject; the first sentence, which lists show beside it, tells the
mails apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class StepText:
    """An admin's text of one mail, with placeholders.

    body: paragraphs set apart by an empty line, `- ` lists, bare links; no HTML.
    """

    subject: str
    body: str


SUBJECT = "Re: {{ ticket.title }}"

TEXTS: Mapping[str, Mapping[str, StepText]] = MappingProxyType(
    {
        "it": {
            "taken_charge": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if agent.name %}della richiesta si occupa {{ agent.name }}, che la segue fino alla soluzione.\
{% else %}la richiesta è arrivata ed è in buone mani: un tecnico la prende in carico appena possibile.{% endif %}

{{ answer }}

Per aggiungere qualcosa (un dettaglio, una schermata, un orario comodo) basta rispondere a questa mail\
{% if desk.phone %}, oppure chiamare {{ desk.phone }}{% endif %}.

{% if agent.name %}A presto,
{{ agent.name }}{% else %}A presto,
{{ desk.name }}{% endif %}""",
            ),
            "solved": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

per noi la richiesta è risolta{% if agent.name %}, a cura di {{ agent.name }}{% endif %}.

{{ answer }}

È tutto a posto? Basta un clic qui sotto. Se invece qualcosa non va ancora, lo riprendiamo subito in mano.

{{ buttons }}

Senza notizie la richiesta si chiude da sola dopo {{ close_hours }} ore.""",
            ),
            "closed": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if close_hours %}sono passate {{ close_hours }} ore dalla soluzione e non abbiamo ricevuto segnalazioni: \
{% else %}dalla soluzione non abbiamo ricevuto segnalazioni: {% endif %}la richiesta è chiusa.

Se il problema si ripresenta, basta rispondere a questa mail: \
apriamo una nuova richiesta collegata a questa, senza ricominciare da capo.

Grazie,
{{ desk.name }}""",
            ),
            "survey": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

com'è andata con la nostra assistenza? Basta un clic: leggiamo ogni risposta.

{{ buttons }}

La domanda riguarda l'aiuto ricevuto per questa richiesta{% if agent.name %}, seguita da {{ agent.name }}{% endif %}. \
Se a non andare è altro (un computer lento, un prezzo, una regola), c'è lo spazio per dirlo subito dopo.

Grazie,
{{ desk.name }}""",
            ),
            "reply": StepText(SUBJECT, "{{ answer }}"),
            "sign_in": StepText(
                "Il link per entrare: {{ desk.name }}",
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

ecco il link per entrare e vedere le richieste. \
Vale {% if link_minutes %}{{ link_minutes }} minuti{% else %}per poco tempo{% endif %} e si usa una volta sola.

{{ buttons }}

Se la richiesta di entrare non è partita da qui, questa mail si può ignorare: senza il link nessuno entra.""",
            ),
        },
        "en": {
            "taken_charge": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if agent.name %}{{ agent.name }} is looking after your request and will see it through.\
{% else %}your request has reached us and is in good hands: a technician will pick it up as soon as possible.{% endif %}

{{ answer }}

Anything to add, such as a detail, a screenshot or a good time to call? Just reply to this email\
{% if desk.phone %} or ring {{ desk.phone }}{% endif %}.

{% if agent.name %}Best wishes,
{{ agent.name }}{% else %}Best wishes,
{{ desk.name }}{% endif %}""",
            ),
            "solved": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

we believe your request is solved{% if agent.name %}; {{ agent.name }} took care of it{% endif %}.

{{ answer }}

Is everything working? One click below is enough. \
If something is still wrong, tell us and we will get straight back to it.

{{ buttons }}

If we hear nothing, the request closes by itself after {{ close_hours }} hours.""",
            ),
            "closed": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if close_hours %}{{ close_hours }} hours have passed since we solved your request and nothing more came up, \
{% else %}nothing more came up since we solved your request, {% endif %}so it is now closed.

If the problem comes back, just reply to this email. \
We will open a follow-up that knows the whole story, so there is no need to start again.

Thank you,
{{ desk.name }}""",
            ),
            "survey": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

how did we do? It takes one click, and we read every answer.

{{ buttons }}

The question is about the help you received with this request{% if agent.name %} from {{ agent.name }}{% endif %}. \
If something else is the trouble (a slow computer, a price, a rule), there is room to say so on the next page.

Thank you,
{{ desk.name }}""",
            ),
            "reply": StepText(SUBJECT, "{{ answer }}"),
            "sign_in": StepText(
                "Your sign-in link for {{ desk.name }}",
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

here is the link to sign in and see your requests. It works once, \
{% if link_minutes %}for {{ link_minutes }} minutes{% else %}for a short time{% endif %}.

{{ buttons }}

Not you? Then ignore this email: nobody can sign in without the link.""",
            ),
        },
    }
)

ACTION_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "it": {
            "it_works": "Sì, funziona",
            "not_yet": "Non ancora",
            "good": "Bene",
            "bad": "Male",
            "open_ticket": "Apri la richiesta",
            "sign_in": "Entra",
        },
        "en": {
            "it_works": "Yes, it works",
            "not_yet": "Not yet",
            "good": "Good",
            "bad": "Bad",
            "open_ticket": "Open the request",
            "sign_in": "Sign in",
        },
    }
)

# The fixed words around the text. `vote` stands above the two faces where another question comes first.
FRAME: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "it": {
            "request": "Richiesta n. {id}",
            "vote": "E l'aiuto ricevuto, com'è andato?",
            "earlier": "Messaggi precedenti",
        },
        "en": {
            "request": "Request no. {id}",
            "vote": "And the help you received, how was it?",
            "earlier": "Earlier messages",
        },
    }
)
