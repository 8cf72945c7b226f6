"""What `make bench` measures is the real thing."""

from casetrack.assessment.curve import MOST_DAYS
from casetrack.calc.loss import assess
from casetrack.demo.management.commands.bench import curve, long, read_numbers, typical


def test_the_typical_case_is_example_b() -> None:
    assert assess(typical())["due"] == "199400"
    assert read_numbers(typical()) > 0


def test_the_long_account_has_as_many_events_as_it_says() -> None:
    document = long(200)
    assert len(document["events"]) == 200
    assert len(assess(document)["lines"]) > 100


def test_the_curve_has_a_point_for_each_of_its_days() -> None:
    assert curve(typical()) == MOST_DAYS
    assert curve(typical(), 3) == 3
