"""One section saved twice from the same beginning: both values are shown, and the person chooses."""

from dataclasses import replace

import pytest
import time_machine
from django.utils import translation

from campaigns.plans import actions
from campaigns.plans.forms.conflict import marked
from campaigns.plans.merging import base_of
from campaigns.plans.queries import section_by_key, section_content
from campaigns.plans.rows import Measure, TargetRow, TaskRow
from tests.campaigns.plans.scenes import AT, make_scene, save, section_url, text_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day_of_the_scenes():
    with time_machine.travel(AT, tick=False), translation.override("en"):
        yield


@pytest.fixture
def scene():
    return make_scene(areas=1)


@pytest.fixture
def client_of(client, sign_in, settings):
    settings.LANGUAGE_CODE = "en"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return lambda mandate: sign_in(client, mandate)


class Opened:
    """A section with two tasks and a target, open on the officer's page while the head saves."""

    def __init__(self, scene):
        self.scene = scene
        self.version = scene.start()
        self.section = section_by_key(self.version, "area-1")
        self.indicator = self.section.area.indicators.get()
        self.target = TargetRow(self.indicator.pk, years={2026: Measure(10)})
        save(
            self.section, by=scene.officer, narrative="Lúc mở", completed=False,
            tasks=[TaskRow("Việc một", lead="Phòng A"), TaskRow("Việc hai")], targets=[self.target],
        )  # fmt: skip
        self.opened = section_content(self.section)
        self.url = section_url(self.version.plan)

    def saved_by_the_head(self, **changes):
        content = replace(self.opened, **changes)
        save(
            self.section, by=self.scene.head, narrative=content.narrative, tasks=content.tasks,
            targets=content.targets, completed=content.completed,
        )  # fmt: skip

    def as_typed(self, *, base=True, narrative="Lúc mở", tasks=None, value="10", **more):
        rows = [
            {"identity": str(t.identity or ""), "title": t.title, "lead": t.lead, "partners": "",
             "due_date": "", "product": ""}
            for t in (self.opened.tasks if tasks is None else tasks)
        ]  # fmt: skip
        return typed(
            self.section, tasks=rows, lock_version=self.opened.lock_version, narrative=narrative,
            completed="no", base=base_of(self.opened) if base else "",
            **{f"target-{self.indicator.pk}-y2026": value, **more},
        )  # fmt: skip

    def answered(self, response, **chosen):
        return dict(response.context["kept"]) | {
            "do": "resolve", "saved_version": section_content(self.section).lock_version, **chosen,
        }  # fmt: skip

    @property
    def now(self):
        return section_content(self.section)


@pytest.fixture
def opened(scene):
    return Opened(scene)


def test_both_texts_are_shown_and_nothing_is_overwritten(scene, opened, client_of):
    opened.saved_by_the_head(narrative="Của thủ trưởng")
    response = client_of(scene.officer).post(opened.url, opened.as_typed(narrative="Của tôi"))
    assert response.status_code == 409
    page = text_of(response)
    for shown in ("thủ trưởng</mark>", "tôi</mark>", scene.head.person.full_name):
        assert shown in page
    assert opened.now.narrative == "Của thủ trưởng"


@pytest.mark.parametrize(
    ("keep", "narrative"),
    [("mine", "Của tôi"), ("theirs", "Của thủ trưởng"), ("both", "Gộp lại")],
)
def test_the_text_that_is_chosen_is_saved(scene, opened, client_of, keep, narrative):
    opened.saved_by_the_head(narrative="Của thủ trưởng")
    client = client_of(scene.officer)
    response = client.post(opened.url, opened.as_typed(narrative="Của tôi"))
    chosen = opened.answered(response, keep_narrative=keep, merged="Gộp lại")
    assert client.post(opened.url, chosen).status_code == 302
    assert opened.now.narrative == narrative


def test_what_each_changed_alone_is_kept_without_a_question(scene, opened, client_of):
    one, two = opened.opened.tasks
    opened.saved_by_the_head(
        tasks=(replace(one, lead="Phòng của thủ trưởng"), two, TaskRow("Việc ba")),
        completed=True,
    )
    data = opened.as_typed(
        narrative="Của tôi", value="12", tasks=[one, replace(two, title="Việc hai sửa")]
    )
    response = client_of(scene.officer).post(opened.url, data, follow=True)
    assert next(str(m) for m in response.context["messages"]) == (
        f"{scene.head.person.full_name} saved this part at 09:00, in other places than you. "
        "Both are kept."
    )
    now = opened.now
    assert now.narrative == "Của tôi"
    assert [task.title for task in now.tasks] == ["Việc một", "Việc hai sửa", "Việc ba"]
    assert now.tasks[0].lead == "Phòng của thủ trưởng"
    assert now.targets[0].years == {2026: Measure(12)}
    assert now.completed


def test_one_task_and_one_indicator_that_both_changed_are_asked_by_themselves(
    scene, opened, client_of
):
    one, two = opened.opened.tasks
    opened.saved_by_the_head(
        narrative="Chỉ thủ trưởng sửa",
        tasks=(replace(one, lead="Phòng B"), replace(two, lead="Phòng của thủ trưởng")),
        targets=(replace(opened.target, years={2026: Measure(20)}),),
    )
    client = client_of(scene.officer)
    data = opened.as_typed(value="30", tasks=[replace(one, lead="Phòng C"), two])
    response = client.post(opened.url, data)
    assert response.status_code == 409
    form = response.context["form"]
    task, target = f"keep_task_{one.identity.hex}", f"keep_target_{opened.indicator.pk}"
    assert set(form.fields) == {"saved_version", task, target}
    page = text_of(response)
    assert "<mark>Phòng C</mark>" in page
    assert "<mark>Phòng B</mark>" in page
    assert "<mark>30</mark>" in page
    assert form.taken() == ["Text of this part", "Task “Việc hai”"]

    unanswered = client.post(opened.url, opened.answered(response))
    assert unanswered.status_code == 422
    assert set(unanswered.context["form"].errors) == {task, target}

    chosen = opened.answered(response, **{task: "theirs", target: "mine"})
    assert client.post(opened.url, chosen).status_code == 302
    now = opened.now
    assert now.narrative == "Chỉ thủ trưởng sửa"
    assert [task.lead for task in now.tasks] == ["Phòng B", "Phòng của thủ trưởng"]
    assert now.targets[0].years == {2026: Measure(30)}


@pytest.mark.parametrize(
    ("keep", "titles"), [("mine", ["Việc hai"]), ("theirs", ["Sửa", "Việc hai"])]
)
def test_a_task_removed_here_and_changed_there_is_asked(scene, opened, client_of, keep, titles):
    one, two = opened.opened.tasks
    opened.saved_by_the_head(tasks=(replace(one, title="Sửa"), two))
    client = client_of(scene.officer)
    response = client.post(opened.url, opened.as_typed(tasks=[two]))
    assert "not on my page" in text_of(response)
    chosen = opened.answered(response, **{f"keep_task_{one.identity.hex}": keep})
    client.post(opened.url, chosen)
    assert [task.title for task in opened.now.tasks] == titles


def test_a_task_removed_there_and_changed_here_is_asked(scene, opened, client_of):
    one, two = opened.opened.tasks
    opened.saved_by_the_head(tasks=(one,))
    client = client_of(scene.officer)
    response = client.post(opened.url, opened.as_typed(tasks=[one, replace(two, lead="Tôi")]))
    assert "removed" in text_of(response)
    chosen = opened.answered(response, **{f"keep_task_{two.identity.hex}": "mine"})
    client.post(opened.url, chosen)
    assert [task.lead for task in opened.now.tasks] == ["Phòng A", "Tôi"]


def test_without_a_beginning_everything_that_differs_is_asked(scene, opened, client_of):
    one, two = opened.opened.tasks
    opened.saved_by_the_head(tasks=(replace(one, lead="Phòng B"), two))
    data = opened.as_typed(base=False, narrative="Của tôi", value="11")
    response = client_of(scene.officer).post(opened.url, data)
    assert set(response.context["form"].fields) == {
        "saved_version", "keep_narrative", "merged", f"keep_task_{one.identity.hex}",
        f"keep_target_{opened.indicator.pk}",
    }  # fmt: skip


@pytest.mark.parametrize(
    "garbage", ["{", "[]", '{"n":1}', "x" * 200_000, '{"n":{},"c":1,"t":3,"i":4}']
)
def test_a_beginning_that_is_none_asks_everything(scene, opened, client_of, garbage):
    opened.saved_by_the_head(narrative="Của thủ trưởng")
    data = opened.as_typed(narrative="Của tôi") | {"base": garbage}
    response = client_of(scene.officer).post(opened.url, data)
    assert response.status_code == 409
    assert "keep_narrative" in response.context["form"].fields


def test_a_third_save_in_between_asks_again(scene, opened, client_of):
    opened.saved_by_the_head(narrative="Của thủ trưởng")
    client = client_of(scene.officer)
    response = client.post(opened.url, opened.as_typed(narrative="Của tôi"))
    chosen = opened.answered(response, keep_narrative="mine", merged="")
    opened.saved_by_the_head(narrative="Bản thứ ba")
    again = client.post(opened.url, chosen)
    assert again.status_code == 409
    assert "thứ ba" in text_of(again)
    assert opened.now.narrative == "Bản thứ ba"


def test_a_third_save_in_the_instant_of_bringing_together_asks_again(
    scene, opened, client_of, monkeypatch
):
    opened.saved_by_the_head(tasks=opened.opened.tasks[:1])
    act, calls = actions.save_section, []

    def another_comes_first(**kwargs):
        calls.append(kwargs)
        if len(calls) == 2:
            opened.saved_by_the_head(narrative="Bản thứ ba")
        return act(**kwargs)

    monkeypatch.setattr(actions, "save_section", another_comes_first)
    response = client_of(scene.officer).post(opened.url, opened.as_typed(narrative="Của tôi"))
    assert response.status_code == 409
    assert "thứ ba" in text_of(response)


def test_a_merged_text_too_long_comes_back(scene, opened, client_of):
    opened.saved_by_the_head(narrative="Của thủ trưởng")
    client = client_of(scene.officer)
    response = client.post(opened.url, opened.as_typed(narrative="Của tôi"))
    again = client.post(
        opened.url, opened.answered(response, keep_narrative="both", merged="x" * 30_001)
    )
    assert again.status_code == 422
    assert "x" * 30_001 in text_of(again)


def test_ones_own_save_in_another_tab_is_called_so(scene, opened, client_of):
    save(opened.section, by=scene.officer, narrative="Thẻ kia", tasks=opened.opened.tasks)
    response = client_of(scene.officer).post(opened.url, opened.as_typed(narrative="Thẻ này"))
    assert response.status_code == 409
    page = text_of(response)
    assert "You wrote this part in two tabs" in page
    assert "You saved this section in another tab" in page


def test_the_words_that_differ_are_marked_and_no_letter_is_lost():
    left, right = marked("Một dòng\nSố hóa 100 hồ sơ\nCuối", "Một dòng\nSố hóa 250 hồ sơ\nCuối")
    assert [text for differs, text in left if differs] == ["100 "]
    assert [text for differs, text in right if differs] == ["250 "]
    assert "".join(text for _, text in left) == "Một dòng\nSố hóa 100 hồ sơ\nCuối"
    long = " ".join(map(str, range(3000)))
    left, right = marked(long, "khác")
    assert (left, right) == ([(True, long)], [(True, "khác")])
