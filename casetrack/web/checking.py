"""The public page that confirms a document, and tells nothing of the case: no name, no firm, no status."""

import hashlib
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from casetrack.documents.models import BundleIndex, Document
from casetrack.documents.proofs import is_genuine, is_stated
from casetrack.lib import references
from casetrack.lib.crypto import public_key, public_key_pem
from casetrack.lib.scope import system_scope
from casetrack.web.report.base import PageForm

LARGEST = 5 * 1024 * 1024


class CheckForm(PageForm):
    """Reference and fingerprint as printed, or the file itself."""

    reference = forms.CharField(label=_("Reference number"), required=False, max_length=40)
    fingerprint = forms.CharField(
        label=_("Fingerprint of this document"),
        required=False,
        max_length=200,
        help_text=_("64 letters and digits at the end of the document. Spaces do not matter."),
    )
    file = forms.FileField(
        label=_("The PDF file"),
        required=False,
        help_text=_("It is compared and not kept."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def clean_file(self) -> "UploadedFile[Any] | None":
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("This file is too large to be a document of ours."))
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not self.errors and not given.get("file") and not (given["reference"] and given["fingerprint"]):
            missing = "fingerprint" if given["reference"] else "reference"
            self.add_error(missing, _("Enter the reference number and the fingerprint, or choose the PDF file."))
        return given

    def found(self) -> Document | BundleIndex | None:
        """The document that was asked for; None if it is not one of ours, or not as we gave it out."""
        file = self.cleaned_data["file"]
        if file:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            return _genuine(sha256=digest.hexdigest())
        fingerprint = references.normalize(self.cleaned_data["fingerprint"]).lower()
        reference = references.normalize(self.cleaned_data["reference"])
        return _genuine(fingerprint=fingerprint, case__reference=reference)


def _genuine(**told: str) -> Document | BundleIndex | None:
    """The one read that needs no log-in: by what only the holder of the document knows."""
    with system_scope():
        document = Document.objects.filter(**told).first()
        if document is None and "token" not in told:
            return _genuine_index(**told)
    if document is None or not is_genuine(document.facts, document.signature, public_key()):
        return None
    return document


def _genuine_index(**told: str) -> BundleIndex | None:
    """The same of the index of a case's bundle."""
    index = BundleIndex.objects.filter(**told).select_related("case").first()
    if index is None:
        return None
    said = (index.case.reference, index.dated, index.fingerprint)
    return index if is_stated(*said, index.signature, public_key()) else None


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """By hand: reference and fingerprint, or the file."""
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    if not form.is_bound or not form.is_valid():
        problems = list(form.problems()) if form.is_bound else []
        return render(request, "check.html", {"form": form, "problems": problems})
    return _answer(request, form.found(), by_file=bool(form.cleaned_data["file"]))


@login_not_required
@never_cache
@require_safe
def check_token(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code leads."""
    return _answer(request, _genuine(token=token))


def _answer(request: HttpRequest, document: Document | BundleIndex | None, *, by_file: bool = False) -> HttpResponse:
    context = {"form": CheckForm(), "document": document, "is_answered": True, "by_file": by_file}
    return render(request, "check.html", context, status=200 if document else 404)


@login_not_required
@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The public key, for whoever checks without us (docs/operations.md)."""
    response = HttpResponse(public_key_pem(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="casetrack-public-key.pem"'
    return response
