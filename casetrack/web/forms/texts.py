"""Fields for words."""

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import jaconv
import phonenumbers
from django import forms
from django.utils.translation import gettext_lazy as _

from casetrack.web.forms.wording import Named

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HYPHENS = re.compile("[‐‑‒–—―−ーｰ]")


class TextField(Named, forms.CharField):
    """One line. `width` is the number of characters that the box shows (2, 3, 4, 5, 10, 20 or 30)."""

    def __init__(
        self, *, max_length: int | None = None, width: int | None = None, autocomplete: str = "", **kwargs: Any
    ) -> None:
        self.limit = max_length
        super().__init__(**kwargs)
        if width:
            self.widget.attrs["class"] = f"govuk-input--width-{width}"
        if autocomplete:
            self.widget.attrs["autocomplete"] = autocomplete

    def validate(self, value: str) -> None:
        super().validate(value)
        if self.limit and len(value) > self.limit:
            raise self.error(_("Enter %(name)s with at most %(limit)s characters"), "max_length", limit=self.limit)


class LongTextField(TextField):
    """Several lines; with `max_length` the characters left are counted down."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update(rows=rows)
        self.widget.attrs.pop("cols", None)

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


class PasswordField(TextField):
    """With a button that shows and hides what was typed."""

    widget = forms.PasswordInput

    def __init__(self, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        super().__init__(strip=False, autocomplete=autocomplete, **kwargs)


class EmailField(TextField):
    widget = forms.EmailInput
    default_validators = forms.EmailField.default_validators
    invalid_text = _("Enter %(name)s in the right form, for example name@example.com")

    def __init__(self, *, autocomplete: str = "email", **kwargs: Any) -> None:
        super().__init__(max_length=254, autocomplete=autocomplete, **kwargs)
        self.widget.attrs["spellcheck"] = "false"

    def to_python(self, value: Any) -> str | None:
        return super().to_python(unicodedata.normalize("NFKC", str(value or "")))


class _PlainField(TextField):
    """Letters and digits in one fixed form, whichever width they were typed in."""

    pattern = ""
    dropped = ""

    def to_python(self, value: Any) -> str | None:
        text = unicodedata.normalize("NFKC", HYPHENS.sub("-", str(value or "")))
        text = re.sub(rf"[\s{self.dropped}]", "", text)
        if text and not re.fullmatch(self.pattern, text):
            raise self.error(self.invalid_text)
        return super().to_python(text)


class AccountNumberField(_PlainField):
    """The number of a brokerage account: digits, letters and hyphens; full-width forms are made plain."""

    pattern = r"[0-9A-Za-z-]+"
    invalid_text = _("Enter %(name)s in digits, letters and hyphens, for example 123-4567890")

    def __init__(self, *, max_length: int = 30, width: int = 20, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, width=width, autocomplete="off", **kwargs)


class PhoneField(_PlainField):
    """A telephone number as its country writes it: 090-1234-5678, or with + and the country's number."""

    pattern = r"\+?[0-9-]+"
    dropped = "()."
    invalid_text = _("Enter %(name)s in digits and hyphens, for example 090-1234-5678")
    widget = forms.TextInput(attrs={"type": "tel"})

    def __init__(self, *, autocomplete: str = "tel", width: int = 20, **kwargs: Any) -> None:
        super().__init__(width=width, autocomplete=autocomplete, **kwargs)

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return self._written(text) if text else text

    def _written(self, text: str) -> str:
        try:
            number = phonenumbers.parse(text, "JP")
        except phonenumbers.NumberParseException:
            raise self.error(self.invalid_text) from None
        is_japanese = number.country_code == 81
        if not phonenumbers.is_possible_number(number) or (is_japanese and not phonenumbers.is_valid_number(number)):
            raise self.error(_("Check %(name)s: there is a digit too many or too few, or one is wrong"))
        style = phonenumbers.PhoneNumberFormat.NATIONAL if is_japanese else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, style)


class PostcodeField(_PlainField):
    """A Japanese postcode, as 100-0001."""

    pattern = r"[0-9]{3}-?[0-9]{4}"
    dropped = "〒"
    invalid_text = _("Enter %(name)s with seven digits, for example 100-0001")

    def __init__(self, *, width: int = 10, **kwargs: Any) -> None:
        super().__init__(width=width, autocomplete="postal-code", **kwargs)
        self.widget.attrs["inputmode"] = "numeric"

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return f"{text[:3]}-{text[-4:]}" if text else text


class KanaField(TextField):
    """A reading in full-width katakana, from whatever kana was typed. Names themselves are never normalized."""

    invalid_text: "StrOrPromise" = _("Enter %(name)s in katakana")
    allowed = re.compile("[ァ-ヺー・゛゜＝ヽヾ\u3000 ]+")

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        if not text:
            return text
        kana: str = jaconv.hira2kata(jaconv.h2z(text, kana=True, ascii=False, digit=False))
        kana = kana.replace("-", "ー").replace("−", "ー").replace("=", "＝")
        if not self.allowed.fullmatch(kana):
            raise self.error(self.invalid_text)
        return kana
