"""Two ministries in one portal: neither department reads the other's mail."""

import pytest

from tests.factories.core import MessageFactory
from tests.factories.units import MandateFactory, UnitFactory
from units.models import Role

pytestmark = pytest.mark.django_db
LIST = "/outgoing-mail/"


@pytest.fixture
def two_ministries():
    ours, theirs = UnitFactory(kind="ministry"), UnitFactory(kind="ministry")
    department = UnitFactory(parent=ours)
    mail = {
        "sister": MessageFactory(recipient=MandateFactory(unit=UnitFactory(parent=ours)).person),
        "below": MessageFactory(
            recipient=MandateFactory(unit=UnitFactory(parent=UnitFactory(parent=ours))).person
        ),
        "theirs": MessageFactory(recipient=MandateFactory(unit=UnitFactory(parent=theirs)).person),
        "both": MessageFactory(recipient=MandateFactory(unit=UnitFactory(parent=theirs)).person),
    }
    MandateFactory(person=mail["both"].recipient, unit=UnitFactory(parent=ours))
    return department, mail


def shown(client):
    return {message.pk for message in client.get(LIST).context["page"]}


def test_a_department_reads_the_mail_of_its_own_house(client, sign_in, two_ministries):
    department, mail = two_ministries
    sign_in(client, MandateFactory(unit=department, role=Role.DEPARTMENT_REVIEWER))
    assert shown(client) == {mail[name].pk for name in ("sister", "below", "both")}
    assert client.get(mail["theirs"].get_absolute_url()).status_code == 404
    assert client.post(f"{mail['theirs'].get_absolute_url()}retry/").status_code == 404


def test_an_administrator_looks_after_every_house(client, sign_in, two_ministries):
    department, mail = two_ministries
    sign_in(client, MandateFactory(unit=department, role=Role.ADMINISTRATOR))
    assert shown(client) == {message.pk for message in mail.values()}
