"""What every form shares: one spelling, Vietnamese dates and numbers, sentences with counts."""

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from emulation_portal.core.forms import (
    BaseForm,
    BaseModelForm,
    FormKeyField,
    ManyChoiceField,
    VietnameseDateField,
    VietnameseDecimalField,
    VietnameseIntegerField,
    anchor_of,
    error_summary,
)
from emulation_portal.core.models import Heartbeat, Job, Message
from tests.factories.files import pdf, upload

LANGUAGES = pytest.mark.parametrize("language", ["vi", "en"])


class PlanForm(BaseForm):
    title = forms.CharField(label="Tên", max_length=10)
    text = forms.CharField(label="Nội dung", max_length=2000, widget=forms.Textarea, required=False)
    day = VietnameseDateField(label="Ngày", required=False)
    amount = VietnameseDecimalField(label="Số", required=False, decimal_places=2, max_digits=12)
    count = VietnameseIntegerField(label="Đếm", required=False, min_value=0, max_value=5000)
    kind = forms.ChoiceField(
        label="Loại", choices=[("a", "A")], widget=forms.RadioSelect, required=False
    )
    form_key = FormKeyField()


def bound(**data):
    return PlanForm({"title": "x", **data})


def errors_of(**data):
    form = bound(**data)
    assert not form.is_valid()
    return {name: list(messages) for name, messages in form.errors.items()}


@LANGUAGES
@pytest.mark.parametrize("typed", ["05/03/2027", "5.3.2027", "05-03-2027", "2027-03-05"])
def test_dates_are_read_day_first(language, typed):
    with translation.override(language):
        form = bound(day=typed)
        assert form.is_valid()
    assert form.cleaned_data["day"] == date(2027, 3, 5)


@LANGUAGES
def test_numbers_are_read_with_a_decimal_comma(language):
    with translation.override(language):
        form = bound(amount="1.234,5", count="1.234")
        assert form.is_valid()
    assert (form.cleaned_data["amount"], form.cleaned_data["count"]) == (Decimal("1234.5"), 1234)


@LANGUAGES
def test_stored_values_are_shown_as_they_are_typed(language):
    initial = {"day": date(2027, 3, 5), "amount": Decimal("1234.5000"), "count": 1234}
    with translation.override(language):
        form = PlanForm(initial=initial)
        shown = {name: form[name].value() for name in initial}
        assert 'value="05/03/2027"' in str(form["day"])
        assert 'value="1.234,5"' in str(form["amount"])
        assert 'value="1.234"' in str(form["count"])
        again = PlanForm({"title": "x", **shown}, initial=initial)
        assert again.is_valid()
    assert again.changed_data == ["title"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("day", "31/02/2027"),
        ("day", "hôm nay"),
        ("amount", "12.34"),
        ("amount", "NaN"),
        ("count", "1,5"),
        ("count", "abc"),
    ],
)
def test_what_cannot_be_read_is_repeated_in_the_sentence_and_kept_in_the_field(name, typed):
    form = bound(**{name: typed})
    assert not form.is_valid()
    [message] = form.errors[name]
    assert typed in message
    assert f'value="{typed}"' in str(form[name])


def test_an_english_thousand_is_not_taken_for_a_fraction():
    with translation.override("en"):
        [message] = errors_of(amount="1,234")["amount"]
    assert message == (
        "At most 2 digits may follow the comma. The comma is the decimal sign; "
        "one thousand is written 1.000."
    )


@pytest.mark.parametrize("typed", ["   ", "\u00a0"])
def test_blanks_are_nothing(typed):
    form = bound(day=typed, amount=typed, count=typed)
    assert form.is_valid()
    assert [form.cleaned_data[n] for n in ("day", "amount", "count")] == [None] * 3


def test_limits_are_told_as_numbers_are_shown():
    with translation.override("en"):
        assert errors_of(count="5.001") == {"count": ["The number may be at most 5.000."]}
        assert errors_of(count="-1") == {"count": ["The number must be at least 0."]}


def test_a_number_no_column_can_hold_is_refused():
    class Unlimited(BaseForm):
        whole = VietnameseIntegerField()
        part = VietnameseDecimalField()

    form = Unlimited({"whole": "9" * 30, "part": "9" * 30})
    assert set(form.errors) == {"whole", "part"}


def test_text_is_composed_and_line_ends_count_once():
    decomposed = unicodedata.normalize("NFD", "Điện ảnh")
    data = QueryDict(mutable=True)
    data.update({"title": decomposed, "text": "a\r\nb"})
    form = PlanForm(data)
    assert form.is_valid()
    assert form.cleaned_data["title"] == unicodedata.normalize("NFC", decomposed)
    assert form.cleaned_data["text"] == "a\nb"


def test_a_request_is_composed_once_for_all_forms():
    data = QueryDict("title=x&kind=a")
    assert PlanForm(data).data is PlanForm(data).data


def test_a_nul_is_refused_with_a_sentence():
    with translation.override("en"):
        [message] = errors_of(title="a\0b")["title"]
    assert "cannot be stored" in message


def test_a_text_that_is_too_long_comes_back_whole_with_the_counts():
    narrative = "chữ " * 2_500_000
    form = bound(text=narrative)
    with translation.override("en"):
        [message] = form.errors["text"]
    assert "9.999.999" in message
    assert "2.000" in message
    assert form["text"].value() == narrative


def test_no_browser_cuts_a_paste_off():
    assert "maxlength" not in str(PlanForm()["title"]) + str(PlanForm()["text"])


def test_forms_are_laid_out_without_their_own_tag():
    helper = PlanForm().helper
    assert (helper.form_tag, helper.disable_csrf) == (False, True)


def test_each_shown_form_has_a_key_of_its_own():
    assert PlanForm()["form_key"].value() != PlanForm()["form_key"].value()


def test_the_summary_leads_to_each_field():
    form = bound(title="", day="x", kind="b")
    form.add_error(None, "Cả trang")
    with translation.override("en"):
        entries = error_summary(form)
    assert [entry.anchor for entry in entries] == ["", "id_title", "id_day", "id_kind_0"]
    assert entries[1].text == "Tên: This has not been filled in."


def test_the_summary_covers_formsets():
    formset_class = forms.formset_factory(PlanForm, extra=0, max_num=1, validate_max=True)
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}
    formset = formset_class({**data, "form-0-title": "x", "form-1-day": "x"})
    assert not formset.is_valid()
    assert [entry.anchor for entry in error_summary(bound(), formset)] == [
        "", "id_form-1-title", "id_form-1-day",
    ]  # fmt: skip


def test_the_summary_names_files_to_choose_again():
    class Upload(PlanForm):
        scan = forms.FileField(label="Bản scan")

    files = {"scan": upload("kế hoạch.pdf", pdf())}
    entries = error_summary(Upload({"title": ""}, files))
    assert [entry.anchor for entry in entries] == ["id_title", "id_scan"]
    assert "kế hoạch.pdf" in entries[1].text
    assert error_summary(Upload({"title": "x"}, files)) == []


def test_hidden_fields_have_no_anchor():
    assert anchor_of(PlanForm()["form_key"]) == ""


class HeartbeatForm(BaseModelForm):
    class Meta:
        model = Heartbeat
        fields = ["name", "at"]


class JobForm(BaseModelForm):
    class Meta:
        model = Job
        fields = ["attempts", "kind"]


def test_model_forms_get_the_vietnamese_fields():
    assert isinstance(JobForm().fields["attempts"], VietnameseIntegerField)
    assert type(HeartbeatForm().fields["at"]) is forms.DateTimeField
    form = JobForm({"attempts": "1.000", "kind": unicodedata.normalize("NFD", "Đợi")})
    assert form.is_valid()
    assert form.cleaned_data == {"attempts": 1000, "kind": unicodedata.normalize("NFC", "Đợi")}


@pytest.mark.django_db
def test_an_id_no_column_can_hold_is_an_unknown_choice():
    class Choose(BaseForm):
        messages = ManyChoiceField(Message.objects.all())

    assert set(Choose({"messages": ["9" * 40]}).errors) == {"messages"}
    assert set(Choose({"messages": ["1"]}).errors) == {"messages"}
