"""Prices in yen: at the event's own rate, or at the valuation's."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from casetrack.calc.loss.exact import ONE
from casetrack.calc.loss.fields import YEN
from casetrack.calc.loss.inputs import Event, Terms, Valuation
from casetrack.calc.loss.refusal import Refusal


class Rates:
    """The valuation's prices and rates. Ask `require` first; the other methods take for granted what it found."""

    def __init__(self, valuation: Valuation, terms: Mapping[str, Terms]) -> None:
        self._valuation = valuation
        self._terms = terms
        self._prices: dict[str, Fraction] = {}

    def require(self, securities: Iterable[str], currencies: Iterable[str]) -> None:
        """Raise Refusal `missing_price`, then `missing_rate`, for the first in order that the valuation lacks.

        The currencies of `securities` are needed too.
        """
        needed = sorted(set(securities))
        on = f"on {self._valuation.on.isoformat()} (Asia/Tokyo)"
        for security in needed:
            if security not in self._valuation.prices:
                raise Refusal("missing_price", f"The valuation has no price for {security} {on}.")
        for currency in sorted({self._terms[security].currency for security in needed} | set(currencies)):
            if currency != YEN and currency not in self._valuation.fx:
                because = [security for security in needed if self._terms[security].currency == currency]
                of = f", in which {because[0]} is priced" if because else ""
                raise Refusal("missing_rate", f"The valuation has no rate for {currency}{of}, {on}.")

    def of_currency(self, currency: str) -> Fraction:
        """Yen per unit of the currency on the valuation date."""
        return ONE if currency == YEN else self._valuation.fx[currency]

    def of_event(self, event: Event) -> Fraction:
        """Yen per unit of the event's currency at its settlement; the valuation rate if it settled in the currency."""
        return self.of_currency(event.currency) if event.fx is None else event.fx

    def price(self, event: Event) -> Fraction:
        """The event's price, in yen per single unit of the security."""
        price = event.price if event.unit is ONE else event.price / event.unit
        rate = self.of_event(event)
        return price if rate is ONE else price * rate

    def valuation_price(self, security: str) -> Fraction:
        """The valuation price, in yen per single unit of the security."""
        price = self._prices.get(security)
        if price is None:
            price = self._prices[security] = self.at_valuation(security, self._valuation.prices[security])
        return price

    def at_valuation(self, security: str, quoted: Fraction) -> Fraction:
        """`quoted` (per the security's unit, in its currency) in yen per single unit, at the valuation rate."""
        terms = self._terms[security]
        return quoted / terms.unit * self.of_currency(terms.currency)
