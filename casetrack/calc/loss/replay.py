"""Replay the actual account and match each sale, buy-back and closing with the lots it draws on.

Source: assessment.md, "Which share belongs to which component". Per security the account keeps what is own, what is
planted and what is short of own; margin positions are kept by owner, side and price. Quantities are in units after
all splits. An event that draws on more than there is, is a Refusal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction

from casetrack.calc.loss.exact import ZERO, decimal_text, total
from casetrack.calc.loss.inputs import GENUINE, MITIGATION, UNAUTHORIZED, Event
from casetrack.calc.loss.instants import in_tokyo
from casetrack.calc.loss.lots import Drawn, Lots, Positions
from casetrack.calc.loss.refusal import Refusal


class Holding:
    """One security: units of the customer's own, planted lots, and lots of own units sold by others."""

    __slots__ = ("own", "planted", "short_of_own")

    def __init__(self) -> None:
        self.own = ZERO
        self.planted = Lots()
        self.short_of_own = Lots()


class Margin:
    """Open margin positions of one security and side: the customer's and the hijacker's."""

    __slots__ = ("genuine", "hijacker")

    def __init__(self) -> None:
        self.genuine = Positions()
        self.hijacker = Positions()


class Account:
    """The actual account after the replay, and who drew what from whom on the way.

    `planted_sold`, `bought_back`, `hijacker_closed` and `genuine_closed` (by others than the customer) hold the
    matches that make up the loss. `basis` is what the positions closed by an event were opened at: the sum of
    quantity x open price, by the event's id.
    """

    def __init__(self) -> None:
        self.holdings: defaultdict[str, Holding] = defaultdict(Holding)
        self.margins: defaultdict[tuple[str, int], Margin] = defaultdict(Margin)
        self.planted_sold: list[Drawn] = []
        self.bought_back: list[Drawn] = []
        self.hijacker_closed: list[Drawn] = []
        self.genuine_closed: list[Drawn] = []
        self.basis: dict[str, Fraction] = {}

    def replay(self, event: Event) -> None:
        """Let one event happen. Money plays no part here; events that move none but money are passed over."""
        act = _ACTS.get(event.type)
        if act is not None:
            act(self, event)

    def _bring(self, event: Event) -> None:
        self.holdings[event.security].own += event.quantity

    def _buy(self, event: Event) -> None:
        holding = self.holdings[event.security]
        if event.attribution == UNAUTHORIZED:
            holding.planted.put(event, event.quantity)
            return
        if event.attribution == MITIGATION:
            if event.quantity > holding.short_of_own.total:
                raise _overbought(event, holding.short_of_own.total)
            self.bought_back += holding.short_of_own.draw(event, event.quantity)
        holding.own += event.quantity

    def _sell(self, event: Event) -> None:
        holding = self.holdings[event.security]
        from_planted = ZERO if event.attribution == GENUINE else min(event.quantity, holding.planted.total)
        from_own = event.quantity - from_planted
        if from_own > (ZERO if event.attribution == MITIGATION else holding.own):
            raise _oversold(event, holding)
        if from_planted:
            self.planted_sold += holding.planted.draw(event, from_planted)
        if from_own:
            holding.own -= from_own
            if event.attribution != GENUINE:
                holding.short_of_own.put(event, from_own)

    def _open(self, event: Event) -> None:
        margin = self.margins[event.security, event.side]
        (margin.genuine if event.attribution == GENUINE else margin.hijacker).put(event)

    def _close(self, event: Event) -> None:
        margin = self.margins[event.security, event.side]
        hijackers, genuine = margin.hijacker.at_price(event), margin.genuine.at_price(event)
        from_hijacker = ZERO if event.attribution == GENUINE else min(event.quantity, hijackers.total)
        from_genuine = event.quantity - from_hijacker
        if from_genuine > (ZERO if event.attribution == MITIGATION else genuine.total):
            raise _no_open_position(event, hijackers.total, genuine.total)
        of_hijacker = hijackers.draw(event, from_hijacker) if from_hijacker else []
        of_genuine = genuine.draw(event, from_genuine) if from_genuine else []
        self.hijacker_closed += of_hijacker
        if event.attribution != GENUINE:
            self.genuine_closed += of_genuine
        self.basis[event.id] = total(d.quantity * d.source.price for d in of_hijacker + of_genuine)


_ACTS: dict[str, Callable[[Account, Event], None]] = {
    "opening_position": Account._bring,
    "buy": Account._buy,
    "sell": Account._sell,
    "margin_open": Account._open,
    "margin_close": Account._close,
}


def replay(events: Iterable[Event]) -> Account:
    """The actual account after `events` (restated, in replay order).

    Raises Refusal `oversold`, `overbought` or `no_open_position`, naming the event.
    """
    account = Account()
    for event in events:
        account.replay(event)
    return account


def _words(event: Event, quantity: Fraction) -> str:
    """A quantity in the units of the event's own day."""
    return decimal_text(quantity / event.later_splits)


def _oversold(event: Event, holding: Holding) -> Refusal:
    sale = f"{_words(event, event.quantity)} units of {event.security} on {in_tokyo(event.at)}"
    planted, own = _words(event, holding.planted.total), _words(event, holding.own)
    if event.attribution == GENUINE:
        message = f"The customer sells {sale}, but owns only {own} then. The opening position may be incomplete."
    elif event.attribution == MITIGATION:
        message = (
            f"The customer sells {sale} to undo the hijack, but only {planted} bought by the hijacker are there then. "
            "A sale of the customer's own units is genuine."
        )
    else:
        message = (
            f"{sale} are sold, but the account holds only {planted} bought by the hijacker and {own} of the customer's "
            "own then. The opening position may be incomplete."
        )
    return Refusal("oversold", message, event.id)


def _overbought(event: Event, short_of_own: Fraction) -> Refusal:
    return Refusal(
        "overbought",
        f"The customer buys back {_words(event, event.quantity)} units of {event.security} on {in_tokyo(event.at)}, "
        f"but only {_words(event, short_of_own)} of the customer's own units sold by others are missing then. "
        "A purchase beyond that is genuine.",
        event.id,
    )


def _no_open_position(event: Event, hijackers: Fraction, genuine: Fraction) -> Refusal:
    may_draw_on = {GENUINE: genuine, MITIGATION: hijackers}.get(event.attribution, hijackers + genuine)
    whose = {GENUINE: " of the customer", MITIGATION: " of the hijacker"}.get(event.attribution, "")
    side = "long" if event.side > 0 else "short"
    return Refusal(
        "no_open_position",
        f"{_words(event, event.quantity)} units of a {side} margin position in {event.security} opened at "
        f"{decimal_text(event.open_price)} are closed on {in_tokyo(event.at)}, but only "
        f"{_words(event, may_draw_on)} such units{whose} are open then.",
        event.id,
    )
