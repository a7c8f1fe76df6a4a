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

{% if agent.name %}{{ agent.name }} ha preso in carico la richiesta e la segue fino alla soluzione.\
{% else %}abbiamo ricevuto la richiesta: un tecnico la prende in carico appena possibile.{% endif %}

{{ answer }}

Per aggiungere qualcosa (un dettaglio, una schermata, l'orario migliore per sentirci) basta rispondere a questa mail\
{% if desk.phone %}, oppure chiamare {{ desk.phone }}{% endif %}.

{% if agent.name %}A presto,
{{ agent.name }}{% else %}A presto,
{{ desk.name }}{% endif %}""",
            ),
            "solved": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if agent.name %}{{ agent.name }} ha lavorato alla richiesta e per noi è risolta.\
{% else %}per noi la richiesta è risolta.{% endif %}

{{ answer }}

Funziona tutto? Basta un clic per confermarlo. \
Se invece qualcosa ancora non va, basta dircelo: ci rimettiamo subito al lavoro.

{{ buttons }}

Se non riceviamo risposta, la richiesta si chiude da sola dopo \
{% if close_hours == 1 %}un'ora{% else %}{{ close_hours }} ore{% endif %}.""",
            ),
            "closed": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

la richiesta è chiusa: \
{% if close_hours == 1 %}nell'ora dopo{% elsif close_hours %}nelle {{ close_hours }} ore dopo{% else %}dopo{% endif %} \
la soluzione non abbiamo ricevuto altre segnalazioni.

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

La domanda riguarda l'aiuto ricevuto{% if agent.name %} da {{ agent.name }}{% endif %} per questa richiesta. \
Se il problema è un altro (un computer lento, un prezzo, una regola), c'è spazio per dirlo subito dopo il voto.

Grazie,
{{ desk.name }}""",
            ),
            "contact": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if agent.name %}{{ agent.name }} ha annotato la richiesta di cui avete parlato\
{% else %}abbiamo annotato la richiesta{% endif %}: ha il numero {{ ticket.id }} e \
{% if buttons %}per noi è già risolta{% else %}la seguiamo fino alla soluzione{% endif %}.

{{ answer }}

{% if buttons %}Funziona tutto? Basta un clic per confermarlo; se qualcosa ancora non va, basta dircelo. \
Se non riceviamo risposta, la richiesta si chiude da sola dopo \
{% if close_hours == 1 %}un'ora{% else %}{{ close_hours }} ore{% endif %}.

{{ buttons }}{% else %}Per aggiungere qualcosa basta rispondere a questa mail.{% endif %}

La prossima volta la via più rapida è scrivere direttamente allo sportello: \
c'è sempre qualcuno che legge, anche quando il tecnico che si conosce è impegnato o assente.

- Per posta: {{ desk.address }}
- Dal portale: {{ desk.url }}{% if desk.phone %}
- Per telefono: {{ desk.phone }}{% endif %}

Grazie,
{{ desk.name }}""",
            ),
            "merged": StepText(
                SUBJECT,
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

la richiesta n. {{ ticket.id }} riguarda la stessa cosa di un'altra che stiamo già seguendo: \
le abbiamo unite e continuiamo da lì. Non si è perso niente.

Per aggiungere qualcosa basta rispondere a questa mail, come sempre.

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

Chi non l'ha chiesto può ignorare questa mail: senza il link nessuno entra.""",
            ),
            "invitation": StepText(
                "Sei nella squadra di {{ desk.name }}",
                """\
Buongiorno{% if requester.first_name %} {{ requester.first_name }}{% endif %},

da oggi rispondi anche tu ai clienti di {{ desk.name }}. Con questo link si entra e si sceglie una password: \
vale una settimana e si usa una volta sola.

{{ buttons }}

Chi non ne sa nulla può ignorare questa mail: senza il link nessuno entra.""",
            ),
            "test": StepText(
                "Prova da {{ desk.name }}",
                """\
Questa mail è una prova: se è arrivata, {{ desk.name }} sa scrivere.

{{ answer }}""",
            ),
        },
        "en": {
            "taken_charge": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if agent.name %}{{ agent.name }} is looking after your request and will see it through.\
{% else %}We have received your request: a technician will take it on as soon as possible.{% endif %}

{{ answer }}

Anything to add, such as a detail, a screenshot or the best time to reach you? Just reply to this email\
{% if desk.phone %} or call {{ desk.phone }}{% endif %}.

{% if agent.name %}Best wishes,
{{ agent.name }}{% else %}Best wishes,
{{ desk.name }}{% endif %}""",
            ),
            "solved": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if agent.name %}{{ agent.name }} has worked on your request, and we believe it is solved.\
{% else %}We believe your request is solved.{% endif %}

{{ answer }}

Is everything working? One click is enough to confirm it. \
If something is still wrong, let us know and we will get straight back to it.

{{ buttons }}

If we hear nothing, the request will close by itself after \
{% if close_hours == 1 %}an hour{% else %}{{ close_hours }} hours{% endif %}.""",
            ),
            "closed": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

Your request is now closed: we heard of no further trouble \
{% if close_hours == 1 %}in the hour {% elsif close_hours %}in the {{ close_hours }} hours {% endif %}\
after it was solved.

If the problem comes back, just reply to this email. \
We will open a new request linked to this one, so there is no need to start from scratch.

Thank you,
{{ desk.name }}""",
            ),
            "survey": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

How did we do? It takes one click, and we read every answer.

{{ buttons }}

The question is about the help you received{% if agent.name %} from {{ agent.name }}{% endif %} with this request. \
If the trouble lies elsewhere (a slow computer, a price, a rule), there is room to say so on the next page.

Thank you,
{{ desk.name }}""",
            ),
            "contact": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

{% if agent.name %}{{ agent.name }} has written down the request you talked about\
{% else %}We have written down your request{% endif %}: it has the number {{ ticket.id }}, and \
{% if buttons %}we believe it is solved already{% else %}we will see it through{% endif %}.

{{ answer }}

{% if buttons %}Is everything working? One click is enough to confirm it; if something is still wrong, let us know. \
If we hear nothing, the request will close by itself after \
{% if close_hours == 1 %}an hour{% else %}{{ close_hours }} hours{% endif %}.

{{ buttons }}{% else %}Anything to add? Just reply to this email.{% endif %}

Next time, the quickest way is to write to the desk itself: \
somebody always reads it, even when the technician you know is busy or away.

- By email: {{ desk.address }}
- On the portal: {{ desk.url }}{% if desk.phone %}
- By phone: {{ desk.phone }}{% endif %}

Thank you,
{{ desk.name }}""",
            ),
            "merged": StepText(
                SUBJECT,
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

Your request no. {{ ticket.id }} is about the same matter as another one that we are working on: \
we have put them together and go on from there. Nothing is lost.

Anything to add? Just reply to this email, as always.

Thank you,
{{ desk.name }}""",
            ),
            "reply": StepText(SUBJECT, "{{ answer }}"),
            "sign_in": StepText(
                "Your sign-in link for {{ desk.name }}",
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

Here is the link to sign in and see your requests. It works once and expires \
{% if link_minutes %}in {{ link_minutes }} minutes{% else %}shortly{% endif %}.

{{ buttons }}

Did not ask for it? You can ignore this email: nobody can sign in without the link.""",
            ),
            "invitation": StepText(
                "You are on the team of {{ desk.name }}",
                """\
Hello{% if requester.first_name %} {{ requester.first_name }}{% endif %},

From today you answer the customers of {{ desk.name }} too. With this link you come in and choose a password: \
it works once, for a week.

{{ buttons }}

Know nothing of this? You can ignore this email: nobody can come in without the link.""",
            ),
            "test": StepText(
                "A test from {{ desk.name }}",
                """\
This email is a test: if it has arrived, {{ desk.name }} can write.

{{ answer }}""",
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
            "vote": "E con l'assistenza, com'è andata?",
            "earlier": "Messaggi precedenti",
        },
        "en": {
            "request": "Request no. {id}",
            "vote": "And how was the help you received?",
            "earlier": "Earlier messages",
        },
    }
)
