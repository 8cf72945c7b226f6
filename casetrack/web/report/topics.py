"""The forms of the topics that a report may go into, one per step of `intake.topics`."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casetrack.intake import topics
from casetrack.intake.choices import (
    Body,
    BodyState,
    Changed,
    Channel,
    Contact,
    Device,
    Known,
    Lives,
    Need,
    Power,
    Representative,
    Scan,
    SharedWith,
    ShareWith,
    TypedIn,
    Wish,
)
from casetrack.lib import postcodes
from casetrack.web.forms.fields import (
    ChoiceField,
    DateField3,
    DateTimeField,
    EmailField,
    LongTextField,
    MultipleChoiceField,
    PhoneField,
    PostcodeField,
    TextField,
    YenField,
)
from casetrack.web.report.base import Pressed, StepForm
from casetrack.web.report.rows import RowForm, RowsForm

ALL_THAT_APPLY = _("Choose all that apply, or nothing.")


class AddressForm(StepForm):
    questions = topics.ADDRESS.questions
    lives = ChoiceField(
        label=_("Where do you live?"), name=_("where you live"), choices=Lives.choices, initial=Lives.JAPAN
    )
    postcode = PostcodeField(
        label=_("Postcode"), required=False,
        help_text=_("In Japan: seven digits, for example 100-0001. Then press “Find the address”, or type it below."),
    )  # fmt: skip
    prefecture = TextField(
        label=_("Prefecture"), required=False, max_length=10, width=10, autocomplete="address-level1"
    )
    city = TextField(
        label=_("City, ward or town"), required=False, max_length=80, width=20, autocomplete="address-level2"
    )
    street = TextField(label=_("Area and number"), required=False, max_length=120, autocomplete="address-line1")
    building = TextField(
        label=_("Building and room"), required=False, max_length=120, autocomplete="address-line2",
    )  # fmt: skip
    abroad = LongTextField(
        label=_("Address abroad"), required=False, max_length=400, rows=4,
        help_text=_("As it is written on a letter, with the country."),
    )  # fmt: skip

    def pressed(self) -> Pressed | None:
        """The address of the postcode, beside all that was typed; area and number stay if they are there."""
        if "find" not in self.data:
            return None
        self.is_valid()
        typed, postcode = self.typed(), self.cleaned_data.get("postcode")
        place = postcodes.find(postcode) if postcode else None
        if place is None:
            said = gettext("No address is known for this postcode. Check it, or type the address yourself.")
            return Pressed(typed, "id_postcode", said)
        found = {"prefecture": place.prefecture, "city": place.city}
        if not "".join(typed.get("street", [])).strip():
            found["street"] = place.town
        return Pressed(typed | {name: [text] for name, text in found.items() if text}, "id_prefecture")


class RepresentativeForm(StepForm):
    questions = topics.REPRESENTATIVE.questions
    kind = ChoiceField(
        label=_("Does somebody speak for you?"), name=_("whether somebody speaks for you"),
        choices=Representative.choices,
    )  # fmt: skip
    name = TextField(
        label=_("Name of this person"), name=_("the name of the person who speaks for you"), required=False,
        max_length=120, width=20, help_text=_("Needed if somebody speaks for you. With the law firm, if there is one."),
    )  # fmt: skip
    relation = TextField(
        label=_("How are you related?"), required=False, max_length=120, width=20,
        help_text=_("For example daughter, guardian, friend."),
    )  # fmt: skip
    telephone = PhoneField(
        label=_("Telephone of this person"), name=_("the telephone number of this person"), required=False,
        autocomplete="off",
    )  # fmt: skip
    email = EmailField(
        label=_("E-mail of this person"), name=_("the e-mail address of this person"), required=False,
        autocomplete="off",
    )  # fmt: skip
    power = ChoiceField(
        label=_("Is there a power of attorney?"), required=False, choices=Power.choices,
        help_text=_("The firm may ask for one before it talks to anybody but you."),
    )  # fmt: skip


class HelpForm(StepForm):
    questions = topics.HELP.questions
    needs = MultipleChoiceField(
        label=_("Is there something that makes this harder for you?"), required=False, choices=Need.choices,
        help_text=_("Choose all that apply, or nothing. You need not give a reason and will not be asked again."),
    )  # fmt: skip
    what_helps = LongTextField(
        label=_("What would help you?"), required=False, max_length=1000, rows=4,
        help_text=_(
            "For example: write instead of calling, call only in the evening, speak slowly, in large print. "
            "The people who call you see this first."
        ),
    )  # fmt: skip


class TalkForm(RowForm):
    questions = topics.TALKS.rows
    talked_at = DateTimeField(
        label=_("When?"), name=_("when you talked"), required=False, time_required=False, not_future=True,
        help_text=_("In Japan time. Leave open what you do not know."),
    )  # fmt: skip
    channel = ChoiceField(label=_("How?"), name=_("how you talked"), choices=Channel.choices)
    person = TextField(
        label=_("With whom?"), required=False, max_length=120, width=20, help_text=_("Name or department, if you know.")
    )
    said = LongTextField(
        label=_("What was answered?"), name=_("what was answered"), max_length=2000, rows=3,
        help_text=_("For example: “We cannot freeze the account.”"),
    )  # fmt: skip


class TalksForm(RowsForm):
    row_form = TalkForm
    row_title = _("Talk %(place)s")
    add_text = _("Add another talk")
    remove_text = _("Remove talk %(place)s")


class HappenedForm(StepForm):
    questions = topics.HAPPENED.questions
    log_ins = ChoiceField(label=_("Were there log-ins that were not yours?"), required=False, choices=Known.choices)
    log_ins_note = LongTextField(
        label=_("When, and from where?"), required=False, max_length=1000, rows=3,
        help_text=_("If there were: as the firm's notices or the log-in history say."),
    )  # fmt: skip
    changed = MultipleChoiceField(
        label=_("Which settings were changed without you?"), required=False, choices=Changed.choices,
        help_text=ALL_THAT_APPLY,
    )  # fmt: skip
    withdrawn = ChoiceField(label=_("Was money taken out?"), required=False, choices=Known.choices)
    withdrawn_amount = YenField(label=_("How much?"), name=_("the amount taken out"), required=False)
    withdrawn_on = DateField3(
        label=_("On which day was it taken out?"), name=_("the day it was taken out"), required=False, not_future=True
    )


class MarginForm(StepForm):
    questions = topics.MARGIN.questions
    liquidated = ChoiceField(
        label=_("Did the firm sell or close positions of yours by force?"), required=False, choices=Known.choices,
        help_text=_("For example because margin was missing after the trades that were not yours."),
    )  # fmt: skip
    liquidated_note = LongTextField(label=_("Which ones, and when?"), required=False, max_length=1000, rows=3)
    demanded = ChoiceField(
        label=_("Does the firm ask you to pay money in?"), required=False, choices=Known.choices,
        help_text=_("A shortfall that is left in the account after the trades that were not yours."),
    )  # fmt: skip
    demanded_amount = YenField(
        label=_("How much does it ask for?"), name=_("the amount that the firm asks for"), required=False
    )
    demanded_until = DateField3(
        label=_("Until when?"), name=_("the day until which the firm asks for it"), required=False
    )


class BeforeForm(StepForm):
    questions = topics.BEFORE.questions
    contacts = MultipleChoiceField(
        label=_("Did anything suspicious reach you before?"), required=False, choices=Contact.choices,
        help_text=ALL_THAT_APPLY,
    )  # fmt: skip
    contacted_on = DateField3(
        label=_("On which day, roughly?"), name=_("the day it reached you"), required=False, not_future=True
    )
    contact_note = LongTextField(
        label=_("Who did it claim to come from, and which site did it lead to?"), required=False, max_length=1000,
        rows=3, help_text=_("The sender and the address of the site, as far as you know. Do not open it again."),
    )  # fmt: skip
    typed_in = MultipleChoiceField(
        label=_("What did you type in there?"), required=False, choices=TypedIn.choices,
        help_text=_("It is no test, and nobody will blame you. Never write the password itself."),
    )  # fmt: skip
    devices = MultipleChoiceField(
        label=_("Which devices do you use for the firm?"), required=False, choices=Device.choices,
        help_text=ALL_THAT_APPLY,
    )  # fmt: skip
    reused = ChoiceField(label=_("Did you use the same password elsewhere?"), required=False, choices=Known.choices)
    shared_with = MultipleChoiceField(
        label=_("Who or what else had the password?"), required=False, choices=SharedWith.choices,
        help_text=ALL_THAT_APPLY,
    )  # fmt: skip
    scan = ChoiceField(
        label=_("Have the devices been searched for harmful programs?"), required=False, choices=Scan.choices
    )
    scan_note = LongTextField(label=_("What was found?"), required=False, max_length=1000, rows=3)


class BodyForm(RowForm):
    questions = topics.BODIES.rows
    body = ChoiceField(label=_("Where did you go?"), name=_("where you went"), choices=Body.choices)
    office = TextField(
        label=_("Which office?"), required=False, max_length=120, width=20,
        help_text=_("For example the police station, or the name of another body."),
    )  # fmt: skip
    state = ChoiceField(label=_("What came of it?"), name=_("what came of it"), choices=BodyState.choices)
    number = TextField(
        label=_("Receipt number"), required=False, max_length=60, width=20,
        help_text=_("If it gave you one, also of a consultation."),
    )  # fmt: skip
    refusal = LongTextField(
        label=_("The reason it gave"), required=False, max_length=1000, rows=3,
        help_text=_("If it did not take up your report."),
    )  # fmt: skip
    went_on = DateField3(label=_("On which day?"), name=_("the day you went"), required=False, not_future=True)


class BodiesForm(RowsForm):
    row_form = BodyForm
    row_title = _("Body %(place)s")
    add_text = _("Add another body")
    remove_text = _("Remove body %(place)s")


class WishesForm(StepForm):
    questions = topics.WISHES.questions
    wishes = MultipleChoiceField(
        label=_("What do you wish from the firm?"), required=False, choices=Wish.choices, help_text=ALL_THAT_APPLY
    )
    wish_note = LongTextField(
        label=_("In your own words"), required=False, max_length=2000,
        help_text=_("It binds you to nothing: the firm's offer comes later, and you answer it then."),
    )  # fmt: skip


class ConsentsForm(StepForm):
    questions = topics.CONSENTS.questions
    share_with = MultipleChoiceField(
        label=_("To whom may the firm pass your report on?"), required=False, choices=ShareWith.choices,
        help_text=_("Choose nothing if you do not agree. It does not change how your case is handled."),
    )  # fmt: skip
