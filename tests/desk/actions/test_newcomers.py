"""Whoever is there already comes into the organization that gets his mail domain."""

import pytest

from sportello.desk.actions import identities, importing, jobs, newcomers, organizations, people
from sportello.desk.models import Job, Organization, RuleChange, User
from sportello.desk.rules.importing import ORGANIZATIONS
from sportello.desk.words import JobState
from sportello.kit import blobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def nina(db):
    return people.add("Nina Alfa", "nina@alfa.example")


def bring_in(organization, actor, *domains):
    organizations.save({"domains": domains}, actor=actor, organization_id=organization.pk)
    return newcomers.bring_in(domains, actor=actor)


def of(*persons):
    return list(
        User.objects.filter(pk__in=[it.pk for it in persons]).order_by("pk").values_list("organization", flat=True)
    )


def test_people_who_belong_nowhere_come_in_and_their_history_says_so(ada, anna, rita, nina, sam, organization):
    alfa = organizations.add_organization("Alfa")
    identities.add_address(sam, "sam@beta.example")
    identities.add_address(rita, "rita@alfa.example")
    RuleChange.objects.all().delete()

    job = jobs.press_on(bring_in(alfa, anna, "alfa.example", "beta.example"), seconds=60)

    assert (job.state, job.total, job.done, job.failed) == (JobState.DONE, 2, 2, 0)
    assert of(rita, nina, sam) == [organization.pk, alfa.pk, alfa.pk]
    told = RuleChange.objects.filter(kind="user").order_by("rule_id").values_list("rule_id", "author", "after")
    assert sorted(told) == sorted((it.pk, anna.pk, {"organization": "Alfa"}) for it in (nina, sam))


@pytest.mark.parametrize("domain", ["gmail.com", "fa.example", "nina@alfa.example", "%", "_lfa.example"])
def test_nobody_comes_in_by_what_is_not_just_his_domain(nina, domain):
    people.add("Gina", "gina@gmail.com")

    assert list(newcomers.newcomers([domain])) == []


def test_colleagues_and_whoever_has_left_stay_where_they_are(anna, nina):
    User.objects.filter(pk=nina.pk).update(active=False)

    assert newcomers.bring_in(["alfa.example", "desk.example"], actor=anna) is None
    assert Job.objects.count() == 0


def test_who_has_gone_elsewhere_meanwhile_stays_there(anna, nina, organization):
    alfa = organizations.add_organization("Alfa")
    job = bring_in(alfa, anna, "alfa.example")
    people.save(nina.pk, {"organization": organization}, actor=anna)

    jobs.press_on(job, seconds=60)

    assert of(nina) == [organization.pk]


def test_domain_that_is_taken_away_before_the_job_brings_nobody(anna, nina):
    alfa = organizations.add_organization("Alfa")
    job = bring_in(alfa, anna, "alfa.example")
    organizations.save({"domains": []}, actor=anna, organization_id=alfa.pk)

    jobs.press_on(job, seconds=60)

    assert of(nina) == [None]


def test_import_of_organizations_brings_them_in_at_its_end(ada, nina):
    kept = people.add("Zita Beta", "zita@beta.example")
    beta = organizations.add_organization("Beta", domains=("beta.example",))
    people.save(kept.pk, {"organization": None}, actor=ada)  # Taken out by hand.
    digest = blobs.store(b"Name,Domains\nAlfa,alfa.example\nBeta,beta.example beta2.example\n")
    started = importing.start(ORGANIZATIONS, digest, ["name", "domains"], overwrite=False, actor=ada)

    while jobs.step():
        pass

    started.refresh_from_db()
    assert (started.done, "domains" in started.result) == (2, False)
    assert of(nina, kept) == [Organization.objects.get(name="Alfa").pk, None]
    assert Job.objects.get(kind=newcomers.KIND).state == JobState.DONE
    assert beta.domains.count() == 2


def test_domain_is_saved_with_the_job_that_brings_people_in(anna, nina):
    alfa = organizations.add_organization("Alfa")

    kept, job = newcomers.save({"domains": ["alfa.example"]}, actor=anna, organization_id=alfa.pk)
    again = newcomers.save({"domains": ["alfa.example"]}, actor=anna, organization_id=alfa.pk)

    assert (kept, job.arguments, job.state) == (alfa, {"people": [nina.pk]}, JobState.QUEUED)
    assert again == (alfa, None)
