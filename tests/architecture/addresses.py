"""Every address of the portal, walked from the URLconf, and the objects each is tried with."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.architecture.world import World
from units.models import Role

NO_OBJECT = "-"
# Stands for every object where the answer is given before any object is looked at.
ANY_OBJECT = "any"

Arguments = dict[str, Any]


@dataclass(frozen=True)
class Address:
    """One named pattern of the URLconf."""

    name: str
    route: str
    view: Callable[..., Any]
    arguments: frozenset[str]


def addresses() -> list[Address]:
    """Return every address of the URLconf, namespaces included."""
    return list(_walk(get_resolver().url_patterns))


def _walk(
    patterns: list[URLPattern | URLResolver], route: str = "", namespace: str = ""
) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, here, inner)
            continue
        arguments = frozenset(pattern.pattern.converters)
        yield Address(f"{namespace}{pattern.name}", here, pattern.callback, arguments)


def _campaigns(world: World) -> dict[str, Arguments]:
    return {"own": {"code": world.campaign.code}, "other_ministry": {"code": "other-campaign"}}


def _deliverables(world: World) -> dict[str, Arguments]:
    return {name: {**found, "deliverable": "strategy"} for name, found in _campaigns(world).items()}


def _facts(world: World) -> dict[str, Arguments]:
    own = world.campaign.phases.get(number=2).pk
    other = world.other_campaign.phases.get(number=2).pk
    return {
        "own": {"code": "own-campaign", "kind": "phase", "pk": own},
        "other_ministry": {"code": "other-campaign", "kind": "phase", "pk": other},
        "other_ministry_under_own": {"code": "own-campaign", "kind": "phase", "pk": other},
    }


def _phases(world: World) -> dict[str, Arguments]:
    own = world.campaign.phases.get(number=1).pk
    return {
        "own": {"pk": own},
        "other_ministry": {"pk": world.other_campaign.phases.get(number=1).pk},
    }


def _plans(world: World) -> dict[str, Arguments]:
    return {name: {"pk": plan.pk} for name, plan in world.plans.items()}


# Pages that write know fewer differences than those that read.
_WRITTEN = ("own_draft", "own_sent", "own_returned", "foreign_draft", "foreign_issued",
            "department_own", "other_ministry")  # fmt: skip


def _written_plans(world: World) -> dict[str, Arguments]:
    return {name: {"pk": world.plans[name].pk} for name in _WRITTEN}


def _sections(world: World) -> dict[str, Arguments]:
    return {name: {**found, "key": "area-1"} for name, found in _written_plans(world).items()}


def _plan_versions(world: World) -> dict[str, Arguments]:
    found = {
        name: {"pk": plan.pk, "number": world.version(name).number}
        for name, plan in world.plans.items()
    }
    # A draft on top of an accepted version is nobody's business outside its unit.
    found["foreign_amendment"] = {"pk": world.plans["foreign_accepted"].pk, "number": 2}
    return found


def _printed(world: World) -> dict[str, Arguments]:
    """As for reading; fewer, because each page is set like a book."""
    found = _plan_versions(world)
    names = ("own_draft", "foreign_draft", "foreign_issued", "foreign_unissued",
             "foreign_amendment", "other_ministry")  # fmt: skip
    return {name: found[name] for name in names}


def _compared(world: World) -> dict[str, Arguments]:
    """Of one version each; of the foreign accepted plan also with the draft on top of it."""
    pairs = {name: {"pk": plan.pk, "old": 1, "new": 1} for name, plan in world.plans.items()}
    pairs["foreign_amendment"] = {"pk": world.plans["foreign_accepted"].pk, "old": 1, "new": 2}
    return pairs


def _reviews(world: World) -> dict[str, Arguments]:
    return {name: {"pk": world.version(name).pk} for name in _WRITTEN}


def _remarks(world: World) -> dict[str, Arguments]:
    return {name: {**found, "key": "area-1"} for name, found in _reviews(world).items()}


def _checklists(world: World) -> dict[str, Arguments]:
    return {name: {**found, "part": "area-1"} for name, found in _reviews(world).items()}


def _papers(world: World) -> dict[str, Arguments]:
    """The paper of each plan; the own draft also with a paper of another plan."""
    found = {
        name: {**found, "paper_pk": world.papers[name]}
        for name, found in _written_plans(world).items()
    }
    found["own_draft_foreign_paper"] = {
        **found["own_draft"],
        "paper_pk": world.papers["foreign_draft"],
    }
    return found


def _sources(world: World) -> dict[str, Arguments]:
    """A draft and the plan whose text it may borrow: another unit's issued one."""
    source = world.plans["foreign_issued"].pk
    return {name: {**found, "source_pk": source} for name, found in _written_plans(world).items()}


def _imports(world: World) -> dict[str, Arguments]:
    """A draft and a document that nobody has uploaded to it."""
    return {
        name: {**found, "attachment_id": uuid.UUID(int=0)}
        for name, found in _written_plans(world).items()
    }


def _units(world: World) -> dict[str, Arguments]:
    return {"own": {"code": world.own_unit.code}, "foreign": {"code": world.foreign_unit.code}}


def _files(world: World) -> dict[str, Arguments]:
    names = ("own_draft", "foreign_draft", "foreign_issued", "other_ministry", "unlinked")
    return {name: {"attachment_id": world.files[name].pk} for name in names}


def _jobs(world: World) -> dict[str, Arguments]:
    # Each person's own job is another one; see `own_job`.
    return {"own": {"job_id": "own"}, "foreign": {"job_id": world.jobs["foreign"]}}


def _links(world: World) -> dict[str, Arguments]:
    return {
        "valid": dict(world.link),
        "expired": {**world.link, "token": "c1z2x3-0123456789abcdef"},
    }


def _named(what: str) -> Callable[[World], dict[str, Arguments]]:
    """What the world keeps by name, under `what`."""
    return lambda world: {name: {"pk": pk} for name, pk in getattr(world, what).items()}


# By the beginning of the route and what it takes; the longest beginning counts. An address whose
# arguments stand nowhere here fails the build: say which objects it is tried with.
_OBJECTS: dict[tuple[str, frozenset[str]], Callable[[World], dict[str, Arguments]]] = {
    ("campaigns/", frozenset({"code"})): _campaigns,
    ("campaigns/", frozenset({"code", "deliverable"})): _deliverables,
    ("campaigns/", frozenset({"code", "kind", "pk"})): _facts,
    ("all-plans/", frozenset({"code"})): _campaigns,
    ("all-tasks/", frozenset({"code"})): _campaigns,
    ("dashboard/", frozenset({"code"})): _campaigns,
    ("reviews/campaign/", frozenset({"code"})): _campaigns,
    ("phases/", frozenset({"pk"})): _phases,
    ("plans/", frozenset({"pk"})): _written_plans,
    ("plans/<int:pk>/$", frozenset({"pk"})): _plans,
    ("plans/<int:pk>/trail/", frozenset({"pk"})): _plans,
    ("plans/", frozenset({"pk", "key"})): _sections,
    ("plans/", frozenset({"pk", "paper_pk"})): _papers,
    ("plans/", frozenset({"pk", "source_pk"})): _sources,
    ("plans/", frozenset({"pk", "attachment_id"})): _imports,
    ("plans/", frozenset({"pk", "number"})): _plan_versions,
    ("plans/", frozenset({"pk", "old", "new"})): _compared,
    ("extra-days/", frozenset({"pk"})): _named("extensions"),
    ("extra-days/campaign/", frozenset({"code"})): _campaigns,
    ("plans/<int:pk>/versions/<int:number>/print", frozenset({"pk", "number"})): _printed,
    ("reviews/version/", frozenset({"pk"})): _reviews,
    ("plans/<int:pk>/versions/<int:number>/final", frozenset({"pk", "number"})): _printed,
    ("plans/downloads/", frozenset({"job_id"})): _jobs,
    ("reviews/version/", frozenset({"pk", "key"})): _remarks,
    ("reviews/version/", frozenset({"pk", "part"})): _checklists,
    ("reviews/phrases/", frozenset({"pk"})): _named("phrases"),
    ("remarks/", frozenset({"pk"})): _named("remarks"),
    ("units/unit/", frozenset({"code"})): _units,
    ("people/", frozenset({"pk"})): lambda world: {"foreign": {"pk": world.person.pk}},
    ("mandates/", frozenset({"pk"})): lambda world: {"foreign": {"pk": world.mandate.pk}},
    ("attachments/", frozenset({"attachment_id"})): _files,
    ("jobs/", frozenset({"job_id"})): _jobs,
    ("outgoing-mail/", frozenset({"pk"})): lambda world: {"foreign": {"pk": world.message_id}},
    ("set-password/", frozenset({"uidb64", "token"})): _links,
}


class NoObjects(LookupError):
    """An address takes arguments that `_OBJECTS` does not know."""


def objects_of(address: Address, world: World) -> dict[str, Arguments]:
    """Return the objects to try the address with, by name.

    Raises NoObjects.
    """
    if not address.arguments:
        return {NO_OBJECT: {}}
    fitting = [
        (len(start), make)
        for (start, arguments), make in _OBJECTS.items()
        if f"{address.route}$".startswith(start) and address.arguments == arguments
    ]
    if not fitting:
        raise NoObjects(f"{address.name} ({address.route}): say in _OBJECTS what to try it with")
    return max(fitting, key=itemgetter(0))[1](world)


def path_of(name: str, arguments: Arguments, *, world: World, persona: str) -> str:
    """Return the path; a job called "own" is the persona's own one."""
    if arguments.get("job_id") == "own":
        own = world.jobs.get(persona, world.jobs[str(Role.OBSERVER)])
        arguments = {**arguments, "job_id": own}
    return reverse(name, kwargs=arguments)
