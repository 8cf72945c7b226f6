"""Fields for files. What a file really is, is looked at where it is stored; here only name and size."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from casetrack.web.forms.widgets import MultipleFileInput
from casetrack.web.forms.wording import Named

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    Upload = UploadedFile[Any]

MB = 1024 * 1024


class FileField(Named, forms.FileField):
    """One file of at most `max_bytes` (the setting EVIDENCE_MAX_BYTES); `accept` as in HTML."""

    widget: Any = forms.FileInput
    required_text = _("Choose %(name)s")

    def __init__(self, *, max_bytes: int | None = None, accept: str = "", **kwargs: Any) -> None:
        self.max_bytes = max_bytes
        super().__init__(**kwargs)
        if accept:
            self.widget.attrs["accept"] = accept

    def check(self, upload: "Upload") -> "Upload":
        limit = self.max_bytes or settings.EVIDENCE_MAX_BYTES
        name = (upload.name or "").replace("\\", "/").rsplit("/", 1)[-1]
        if not upload.size:
            raise self.error(_("The file %(file)s is empty: choose another"), "empty", file=name)
        if upload.size > limit:
            raise self.error(_("The file %(file)s is larger than %(mb)s MB"), "too_large", file=name, mb=limit // MB)
        if len(name) > 200:
            raise self.error(_("The file name is too long: rename the file and choose it again"), "long_name")
        return upload

    def clean(self, data: Any, initial: Any = None) -> Any:
        if not data:
            if self.required and not initial:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return initial
        return self.check(data)


class MultipleFileField(FileField):
    """Several files at once; `cleaned_data` holds a list."""

    widget = MultipleFileInput

    def __init__(self, *, max_files: int = 20, **kwargs: Any) -> None:
        self.max_files = max_files
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> "list[Upload]":
        uploads = list(data) if isinstance(data, list | tuple) else [data] if data else []
        if not uploads and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > self.max_files:
            raise self.error(_("Choose at most %(most)s files at a time"), "too_many", most=self.max_files)
        errors, good = [], []
        for upload in uploads:
            try:
                good.append(self.check(upload))
            except forms.ValidationError as error:
                errors.append(error)
        if errors:
            raise forms.ValidationError(errors)
        return good
