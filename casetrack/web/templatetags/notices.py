"""How many notices wait, for the menu of a victim."""

from typing import Any

from django import template

from casetrack.notifications.notices import unread_count
from casetrack.people.models import Role, User

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_notices(context: dict[str, Any]) -> int:
    user = getattr(context.get("request"), "user", None)
    return unread_count(user) if isinstance(user, User) and user.role == Role.VICTIM else 0
