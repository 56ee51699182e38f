"""One factory per model of units."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from units.models import (
    Block,
    BlockMembership,
    Mandate,
    Role,
    Succession,
    Unit,
    UnitKind,
    UnitName,
    User,
)


class UserFactory(DjangoModelFactory[User]):
    """A person who may sign in, with an address."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.Sequence(lambda n: f"user{n}@example.gov.vn")
    full_name = factory.Sequence(lambda n: f"Trần Thị Bình {n}")
    password = "!"


class UnitFactory(DjangoModelFactory[Unit]):
    """A unit that owes a plan and exists since the ministry's new structure."""

    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"unit-{n}")
    abbreviation = factory.Sequence(lambda n: f"DV{n}")
    kind = UnitKind.AUTHORITY
    name_vi = factory.Sequence(lambda n: f"Cục Di sản văn hóa {n}")
    name_en = factory.Sequence(lambda n: f"Department of Cultural Heritage {n}")
    place = "Hà Nội"
    valid_from = date(2025, 3, 1)


class UnitNameFactory(DjangoModelFactory[UnitName]):
    class Meta:
        model = UnitName

    unit = factory.SubFactory(UnitFactory)
    name_vi = factory.SelfAttribute("unit.name_vi")
    name_en = factory.SelfAttribute("unit.name_en")
    valid_from = factory.SelfAttribute("unit.valid_from")


class BlockFactory(DjangoModelFactory[Block]):
    class Meta:
        model = Block

    code = factory.Sequence(lambda n: f"block-{n}")
    name_vi = factory.Sequence(lambda n: f"Khối {n}")
    name_en = factory.Sequence(lambda n: f"Block {n}")


class BlockMembershipFactory(DjangoModelFactory[BlockMembership]):
    class Meta:
        model = BlockMembership

    unit = factory.SubFactory(UnitFactory)
    block = factory.SubFactory(BlockFactory)
    year = 2026


class SuccessionFactory(DjangoModelFactory[Succession]):
    class Meta:
        model = Succession

    predecessor = factory.SubFactory(UnitFactory)
    successor = factory.SubFactory(UnitFactory)
    succession_date = date(2026, 1, 1)
    decision = "QĐ 100/QĐ-BVHTTDL"


class MandateFactory(DjangoModelFactory[Mandate]):
    """A unit officer's mandate since the campaign began; give `role=` and `unit=` for others."""

    class Meta:
        model = Mandate

    person: Any = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
    role = Role.UNIT_OFFICER
    valid_from = date(2025, 7, 1)
