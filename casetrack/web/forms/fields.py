"""The fields that forms of casetrack are made of, under one roof."""

from casetrack.web.forms.choices import CheckboxField, ChoiceField, MultipleChoiceField, SelectField
from casetrack.web.forms.dates import DateField3, DateTimeField
from casetrack.web.forms.files import FileField, MultipleFileField
from casetrack.web.forms.mixins import IdempotentForm
from casetrack.web.forms.numbers import DecimalTextField, YenField
from casetrack.web.forms.texts import (
    AccountNumberField,
    EmailField,
    KanaField,
    LongTextField,
    PasswordField,
    PhoneField,
    PostcodeField,
    TextField,
)

__all__ = [
    "AccountNumberField",
    "CheckboxField",
    "ChoiceField",
    "DateField3",
    "DateTimeField",
    "DecimalTextField",
    "EmailField",
    "FileField",
    "IdempotentForm",
    "KanaField",
    "LongTextField",
    "MultipleChoiceField",
    "MultipleFileField",
    "PasswordField",
    "PhoneField",
    "PostcodeField",
    "SelectField",
    "TextField",
    "YenField",
]
