"""Mandates: who acts for which body, in what role, from when until when."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from emulation_portal.core.actors import Actor
from units.organization.models import Unit


class Role(models.TextChoices):
    UNIT_OFFICER = "unit_officer", _("Unit officer")
    UNIT_HEAD = "unit_head", _("Head of unit")
    UNIT_DEPUTY = "unit_deputy", _("Deputy head of unit")
    DEPARTMENT_REVIEWER = "department_reviewer", _("Department reviewer")
    DEPARTMENT_HEAD = "department_head", _("Head of the department")
    COUNCIL_MEMBER = "council_member", _("Council member")
    COUNCIL_CHAIR = "council_chair", _("Council chair")
    COUNCIL_SECRETARY = "council_secretary", _("Council secretary")
    ADMINISTRATOR = "administrator", _("Administrator")
    OBSERVER = "observer", _("Observer")


UNIT_ROLES = (Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.UNIT_DEPUTY)
DEPARTMENT_ROLES = (Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD)
COUNCIL_ROLES = (Role.COUNCIL_MEMBER, Role.COUNCIL_CHAIR, Role.COUNCIL_SECRETARY)


class SigningCapacity(models.TextChoices):
    """How a signature block begins (Decree 30/2020/NĐ-CP, Annex I, element 7a)."""

    NONE = "", _("Signs in own name")
    ON_BEHALF_OF_BODY = "TM.", _("TM. (on behalf of the collective)")
    ACTING_HEAD = "Q.", _("Q. (acting head)")
    FOR_HEAD = "KT.", _("KT. (deputy signs for the head)")
    BY_ORDER = "TL.", _("TL. (by order)")
    BY_DELEGATION = "TUQ.", _("TUQ. (by delegation)")


class MandateQuerySet(models.QuerySet["Mandate"]):
    def valid_on(self, day: date) -> Self:
        """Mandates in force on `day`, of people who may sign in."""
        return self.filter(valid_from__lte=day, person__is_active=True).filter(
            models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day)
        )

    def of(self, person: models.Model) -> Self:
        return self.filter(person=person)

    def in_roles(self, *roles: str) -> Self:
        return self.filter(role__in=roles)


class Mandate(models.Model):
    """What a person may do, for which body, from `valid_from` until before `valid_to`.

    A person may hold several, also in several units, and acts under one at a time. A
    delegation (TUQ.) is a mandate with `delegated_by`, and always has a last day.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="mandates",
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("body"), on_delete=models.PROTECT, related_name="mandates"
    )
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    signing_capacity = models.CharField(
        _("signing capacity"), max_length=4, choices=SigningCapacity.choices, blank=True, default=""
    )
    # The office as it stands under a signature: "Phó Cục trưởng".
    position_title = models.CharField(_("office held"), max_length=150, blank=True)
    founding_decision = models.CharField(_("founding decision"), max_length=255, blank=True)
    delegated_by = models.ForeignKey(
        "self",
        verbose_name=_("delegated by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="delegations",
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandate")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="mandate_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(signing_capacity__in=SigningCapacity.values),
                name="signing_capacity_is_known",
            ),
            # An empty span is a mandate taken back on its first day: it was never in force.
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="mandate_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=~models.Q(signing_capacity="TUQ.")
                | models.Q(valid_to__isnull=False, delegated_by__isnull=False),
                name="delegation_is_dated_and_names_its_giver",
            ),
            models.UniqueConstraint(
                fields=["person", "unit", "role", "valid_from"], name="one_mandate_per_first_day"
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"], name="mandates_of_a_unit")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} – {self.unit}"

    @property
    def is_unit_side(self) -> bool:
        return self.role in UNIT_ROLES

    @property
    def is_department(self) -> bool:
        return self.role in DEPARTMENT_ROLES

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def actor(self) -> Actor:
        return Actor(person_id=self.person_id, mandate_id=self.pk)

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
