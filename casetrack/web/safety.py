"""Pages about the safety of a log-in that django-allauth does not have."""

from allauth.account import views as allauth
from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def protect(request: HttpRequest) -> HttpResponse:
    """Shown once, after signing up: a passkey or an app for those who chose a password, spare codes for the others."""
    ahead = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(ahead, {request.get_host()}, require_https=request.is_secure()):
        ahead = reverse("home")
    return render(request, "account/protect.html", {"ahead": ahead})


# django-allauth asks again who one is only when a form is sent; here already before it is shown.
email = reauthentication_required(allauth.email)
change_password = reauthentication_required(allauth.password_change)
set_password = reauthentication_required(allauth.password_set)
