"""The links a person needs first, when the desk has just started."""

from django.conf import settings

from sportello.desk.actions import configuration, sign_in
from sportello.web.setup.links import setup_url


def first_links() -> dict[str, str]:
    """ "setup" until the set-up has been finished; "sign_in" for the agent of the demo desk. Otherwise none."""
    if configuration.current().desk.set_up_at is None:
        return {"setup": setup_url()}
    if settings.DEMO:
        from sportello import demo

        agent = demo.signs_in()
        return {"sign_in": sign_in.make_link(agent)} if agent else {}
    return {}
