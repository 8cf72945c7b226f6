import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

from casetrack.cases.models import Case
from casetrack.firms.models import membership_of
from casetrack.people.models import INSIDE, Role

if TYPE_CHECKING:
    from casetrack.assessment.models import Assessment, CompensationPolicy, Reduction, ValuationProposal
    from casetrack.people.models import User


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: "User") -> "AssessmentQuerySet":
        """Assessments of visible cases; outside the firm one sees those issued with an approved offer."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        return visible if user.role in INSIDE else visible.filter(is_issued=True)


class PolicyQuerySet(models.QuerySet["CompensationPolicy"]):
    def visible_to(self, user: "User") -> "PolicyQuerySet":
        """All of the own firm's to its people and to the system; a firm's policies are no business of other firms."""
        if user.role == Role.SYSTEM:
            return self
        membership = membership_of(user)
        return self.filter(firm=membership.firm_id) if membership else self.none()

    def published(self) -> "PolicyQuerySet":
        return self.filter(status="published")

    def covering(self, day: dt.date) -> "PolicyQuerySet":
        """Published ones whose period holds incidents of that day (Tokyo), the latest version first."""
        open_end = models.Q(valid_until=None) | models.Q(valid_until__gte=day)
        return self.published().filter(open_end, valid_from__lte=day).order_by("-version")


class ReductionQuerySet(models.QuerySet["Reduction"]):
    def visible_to(self, user: "User") -> "ReductionQuerySet":
        """Reductions of visible cases; outside the firm one sees those of the runs that were
        issued."""
        visible = self.filter(case__in=Case.objects.visible_to(user))
        return visible if user.role in INSIDE else visible.filter(runs__is_issued=True).distinct()

    def approved(self) -> "ReductionQuerySet":
        return self.filter(status="approved")


class ValuationProposalQuerySet(models.QuerySet["ValuationProposal"]):
    def visible_to(self, user: "User") -> "ValuationProposalQuerySet":
        """Both sides of a case see what either has proposed."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def open(self) -> "ValuationProposalQuerySet":
        """Those that wait for an answer: not answered, and the last one of their side."""
        later = self.model._default_manager.filter(
            case=models.OuterRef("case"), party=models.OuterRef("party"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(later), answer=None)

    def agreed(self) -> "ValuationProposalQuerySet":
        """Accepted ones, the one agreed last first."""
        return self.filter(answer__is_accepted=True).order_by("-answer__answered_at", "-number")
