"""`sportello user …`: people who sign in."""

from pathlib import Path
from typing import Annotated

import typer

from sportello.cli.session import As, Json, open_desk, person, tell
from sportello.kit.terminal import _

app = typer.Typer(help=_("Add people, and let them in."), no_args_is_help=True)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help=_("The person's mail address."))]


@app.command(help=_("Add a person. An agent then signs in by a link: see `user link`."))
def add(
    address: Address,
    name: Annotated[str, typer.Argument(help=_("The person's name."))],
    role: Annotated[str, typer.Option(help=_("end-user, agent or admin."))] = "agent",
    language: Annotated[str, typer.Option(help=_("it or en; the desk's own without it."))] = "",
    as_json: Json = False,
) -> None:
    open_desk()
    from sportello.desk.actions import configuration, desks, people
    from sportello.desk.words import Role

    if role not in Role.values:
        raise typer.BadParameter(", ".join(Role.values), param_hint="--role")
    if language not in ("", "it", "en"):
        raise typer.BadParameter("it, en", param_hint="--language")
    added = people.add(name, address, role=role, language=language)
    if added.is_staff_member and configuration.current().desk.set_up_at is None:
        desks.finish_set_up()  # Whoever has a terminal needs no set-up pages.
    facts = {"id": added.pk, "name": added.name, "address": address, "role": added.role}
    tell(facts, _("{name} can sign in now.").format(name=added.name), as_json=as_json)


@app.command(help=_("Give a person one more address: mail from it is theirs, and they can sign in with it."))
def address(
    known: Address,
    new: Annotated[str, typer.Argument(metavar="NEW", help=_("One more address of the same person."))],
    as_json: Json = False,
) -> None:
    open_desk()
    from sportello.desk.actions import people
    from sportello.desk.errors import Refused

    owner = people.by_address(known)
    if owner is None:
        raise Refused(_("Nobody has the address {address}.").format(address=known))
    added = people.add_address(owner, new)
    facts = {"id": owner.pk, "name": owner.name, "address": added.address}
    tell(facts, _("{name} writes from {address} too.").format(name=owner.name, address=added.address), as_json=as_json)


@app.command(
    "import",
    help=_("Import people from a CSV file. The page People shows what would happen first."),
)
def import_people(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("A CSV file with a line of headings."))],
    acting: As,
    overwrite: Annotated[bool, typer.Option(help=_("Replace what stands already, too."))] = False,
    as_json: Json = False,
) -> None:
    open_desk()
    from sportello.desk.actions import importing
    from sportello.desk.rules.importing import PEOPLE, guess
    from sportello.kit import blobs, csv_files

    try:
        digest = blobs.store(file.read_bytes())
        table = importing.table(digest)
    except csv_files.Unreadable as fault:
        raise typer.BadParameter(f"CSV: {fault.why}", param_hint="FILE") from None
    first = [cells for _number, cells in table.rows[:20]]
    columns = guess(PEOPLE, table.headings, first, importing.own_fields(PEOPLE))
    job = importing.start(PEOPLE, digest, columns, overwrite=overwrite, actor=person(acting))
    facts = {"job": job.pk, "rows": job.total, "columns": dict(zip(table.headings, columns, strict=True))}
    tell(facts, _("{n} rows: job {job}.").format(n=job.total, job=job.pk), as_json=as_json)


@app.command(help=_("Print a link that lets an agent in, once."))
def link(address: Address, as_json: Json = False) -> None:
    open_desk()
    from sportello.desk.actions import sign_in

    url = sign_in.make_link(person(address))
    tell({"url": url}, url, as_json=as_json)
