"""What applying to a body costs: known for FINMAC (negotiation.finmac); other bodies tell it themselves."""

from decimal import Decimal

from casetrack.bodies.models import Body
from casetrack.negotiation.finmac import bracket_of

FINMAC = "FINMAC"


def fee_of(body: Body, claimed: Decimal) -> Decimal | None:
    """Whole yen before tax for a claim in whole yen; None where the body's table is not known here."""
    return bracket_of(claimed).fee if body.code == FINMAC else None
