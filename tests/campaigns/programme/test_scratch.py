import pytest
from pathlib import Path
pytestmark = pytest.mark.django_db
def test_load(at):
    from campaigns.indicators.loader import read_campaign_file, CampaignFileRefused
    from campaigns.indicators.actions import load_campaign
    from emulation_portal.core.actors import Actor
    from units.models import Unit
    import csv
    from datetime import date
    rows = list(csv.DictReader(Path("units/data/units.csv").read_text().splitlines()))
    made = {}
    for r in rows:
        made[r["code"]] = Unit.objects.create(code=r["code"], abbreviation=r["abbreviation"], kind=r["kind"], name_vi=r["name_vi"], name_en=r["name_en"], owes_plan=r["owes_plan"]=="yes", parent=made.get(r["parent"]), valid_from=date.fromisoformat(r["valid_from"]), valid_to=date.fromisoformat(r["valid_to"]) if r["valid_to"] else None)
    try:
        doc = read_campaign_file(Path("campaigns/data/bvhttdl.yaml").read_bytes())
    except CampaignFileRefused as e:
        for p in e.problems: print(p)
        raise
    d = load_campaign(document=doc, by=Actor.system(), at=at)
    from collections import Counter
    print(Counter((c.table, c.kind.value) for c in d.changes))
    d2 = load_campaign(document=doc, by=Actor.system(), at=at)
    print("\n".join(d2.lines()))
    assert d2.is_empty
