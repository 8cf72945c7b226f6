"""Words, choices, files, and how a form is drawn."""

import uuid

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override

from casetrack.web.forms.fields import (
    AccountNumberField,
    CheckboxField,
    ChoiceField,
    EmailField,
    IdempotentForm,
    KanaField,
    LongTextField,
    MultipleChoiceField,
    MultipleFileField,
    PasswordField,
    PhoneField,
    SelectField,
    TextField,
    YenField,
)


class Report(IdempotentForm):
    family_name = TextField(label="Family name", max_length=5)
    kana = KanaField(label="Reading", required=False)
    firm = SelectField(label="Securities firm", choices=[("MINATO", "Minato")])
    side = ChoiceField(label="Kind of trade", choices=[("buy", "Buy"), ("sell", "Sell")], hints={"buy": "Bought"})
    noticed_by = MultipleChoiceField(label="Signs", choices=[("mail", "Mail")], required=False)
    amount = YenField(label="Loss", help_text="About")
    story = LongTextField(label="Story", max_length=10, required=False)
    secret = PasswordField(label="Password", required=False)
    agree = CheckboxField(label="All of this is true")
    plain = forms.CharField(label="Of another package", widget=forms.TextInput(attrs={"placeholder": "Type"}))


def error_of(field: forms.Field, value: object) -> str:
    with override("en"):
        with pytest.raises(forms.ValidationError) as refused:
            field.clean(value)
        return str(refused.value.messages[0])


def test_names_are_kept_as_they_are_written() -> None:
    for name in ("髙﨑", "①田", "㈱山", "𠮷野"):
        assert TextField(label="Name").clean(name) == name


@pytest.mark.parametrize("typed", ["ﾔﾏﾀﾞ", "やまだ", "ヤマダ"])
def test_a_reading_becomes_full_width_katakana(typed: str) -> None:
    assert KanaField(label="Reading").clean(typed) == "ヤマダ"


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("ﾏｰｸ・すみす", "マーク・スミス"),
        ("スミス ジョン", "スミス ジョン"),
        ("ジャン=ぴえーる", "ジャン＝ピエール"),
        ("いすゞ", "イスヾ"),
    ],
)
def test_a_reading_may_hold_marks_and_spaces(typed: str, kana: str) -> None:
    assert KanaField(label="Reading").clean(typed) == kana


def test_a_reading_holds_no_latin_letters_and_no_kanji() -> None:
    assert error_of(KanaField(label="Reading"), "Smith") == "Enter reading in katakana"
    assert error_of(KanaField(label="Reading"), "山田") == "Enter reading in katakana"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("１２３－４５６７８９０", "123-4567890"),
        (" 123 456 ", "123456"),
        ("００１ーAb１", "001-Ab1"),
        ("123‐4", "123-4"),
    ],
)
def test_an_account_number_is_made_plain_and_keeps_its_zeros(typed: str, number: str) -> None:
    assert AccountNumberField(label="Account number").clean(typed) == number


def test_an_account_number_holds_nothing_else() -> None:
    words = "Enter account number in digits, letters and hyphens, for example 123-4567890"
    assert error_of(AccountNumberField(label="Account number"), "12;34") == words


@pytest.mark.parametrize(
    "typed", ["０９０（１２３４）５６７８", "+81 90-1234-5678", "090 1234 5678", "０９０ー１２３４ー５６７８"]
)
def test_a_telephone_number_is_written_as_in_japan(typed: str) -> None:
    assert PhoneField(label="Telephone").clean(typed) == "090-1234-5678"


def test_a_telephone_number_abroad_keeps_its_country() -> None:
    assert PhoneField(label="Telephone").clean("＋４９ 30 901820") == "+49 30 901820"


@pytest.mark.parametrize("typed", ["call me", "--", "+"])
def test_words_are_no_telephone_number(typed: str) -> None:
    assert error_of(PhoneField(label="Telephone"), typed).startswith("Enter telephone in digits")


@pytest.mark.parametrize("typed", ["090-1234-567", "110", "090-1234-56789"])
def test_a_digit_too_few_or_too_many_is_found(typed: str) -> None:
    assert error_of(PhoneField(label="Telephone"), typed).startswith("Check telephone")


def test_an_email_address_may_be_typed_in_full_width() -> None:
    assert EmailField(label="Email").clean("ｖｅｒａ＠example.com") == "vera@example.com"
    assert error_of(EmailField(label="Email"), "vera") == (
        "Enter email in the right form, for example name@example.com"
    )


def test_every_error_names_its_field() -> None:
    form = Report({})
    with override("en"):
        assert form["family_name"].error_words == ["Enter family name"]
        assert form["firm"].error_words == ["Select securities firm"]
        assert form["side"].error_words == ["Select kind of trade"]
        assert form["agree"].error_words == ["Tick the box: all of this is true"]
        assert form["plain"].error_words == ["Enter of another package"]
        assert Report({"family_name": "too long"})["family_name"].error_words == [
            "Enter family name with at most 5 characters"
        ]
        assert Report({"side": "steal"})["side"].error_words == ["Select kind of trade from the list"]


def test_the_summary_leads_to_the_first_input_of_each_field() -> None:
    form = Report({})
    assert form["side"].first_id == "id_side_0"
    assert 'id="id_side_0"' in str(form["side"])
    assert form["firm"].first_id == "id_firm"


def test_a_form_is_drawn_with_our_classes_and_no_placeholder() -> None:
    html = str(Report({}))
    assert "placeholder" not in html
    assert " required" not in html
    assert "style=" not in html
    assert 'class="govuk-input govuk-input--error' in html
    assert "govuk-radios__hint" in html
    assert 'data-module="govuk-password-input"' in html
    assert 'data-maxlength="10"' in html
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html


def test_what_was_typed_is_escaped() -> None:
    html = str(Report({"family_name": "<script>", "story": "</textarea><b>"}))
    assert "<script>" not in html
    assert "<b>" not in html


def test_the_key_of_a_form_survives_its_errors() -> None:
    key = uuid.uuid4()
    form = Report({"idempotency_key": str(key)})
    assert not form.is_valid()
    assert str(key) in str(form)
    assert form.cleaned_data["idempotency_key"] == key


def test_a_key_that_is_missing_or_spoilt_is_replaced() -> None:
    class Small(IdempotentForm):
        pass

    for data in ({}, {"idempotency_key": "spoilt"}):
        form = Small(data)
        assert form.is_valid()
        assert isinstance(form.cleaned_data["idempotency_key"], uuid.UUID)
    assert Small()["idempotency_key"].value() != Small()["idempotency_key"].value()


class Upload(forms.Form):
    files = MultipleFileField(label="Copies", max_files=2, max_bytes=10)


def sent(*files: SimpleUploadedFile) -> Upload:
    return Upload({}, MultiValueDict({"files": list(files)}))


def test_several_files_come_as_a_list() -> None:
    form = sent(SimpleUploadedFile("a.pdf", b"x"), SimpleUploadedFile("b.png", b"y"))
    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["files"]] == ["a.pdf", "b.png"]


def test_each_file_is_looked_at() -> None:
    with override("en"):
        form = sent(SimpleUploadedFile("empty.pdf", b""), SimpleUploadedFile("big.pdf", b"x" * 11))
        assert form["files"].error_words == [
            "The file empty.pdf is empty: choose another",
            "The file big.pdf is larger than 0 MB",
        ]
        assert sent()["files"].error_words == ["Choose copies"]
        three = [SimpleUploadedFile(f"{n}.pdf", b"x") for n in range(3)]
        assert sent(*three)["files"].error_words == ["Choose at most 2 files at a time"]


def test_a_hostile_file_name_stays_text() -> None:
    with override("en"):
        words = sent(SimpleUploadedFile("%s<img src=x>.pdf", b""))["files"].error_words
        assert words == ["The file %s<img src=x>.pdf is empty: choose another"]
        assert "<img" not in str(sent(SimpleUploadedFile("<img src=x>.pdf", b"")))
