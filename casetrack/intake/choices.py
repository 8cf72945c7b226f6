"""The answers that can be chosen in a report, beside those that become columns of the case."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Known(TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("I don't know")


class Lives(TextChoices):
    JAPAN = "japan", _("In Japan")
    ABROAD = "abroad", _("Abroad")


class Representative(TextChoices):
    NOBODY = "nobody", _("Nobody, I speak for myself")
    LAWYER = "lawyer", _("A lawyer")
    FAMILY = "family", _("Somebody of my family")
    OTHER = "other", _("Somebody else")


class Power(TextChoices):
    """The power of attorney."""

    WITH_FILES = "with_files", _("I hand it in with the files")
    LATER = "later", _("I hand it in later")
    NONE = "none", _("There is none")


class SecondCheck(TextChoices):
    MAIL = "mail", _("A code by e-mail")
    SMS = "sms", _("A code by SMS")
    CALL = "call", _("A telephone call")
    APP = "app", _("An app on the telephone")
    PASSKEY = "passkey", _("A passkey (FIDO)")
    PICTURE = "picture", _("Pictures or emoji to choose")
    OTHER = "other", _("Something else")


class Contact(TextChoices):
    """How somebody may have been led to give a password away."""

    MAIL = "mail", _("An e-mail")
    SMS = "sms", _("An SMS or a message in an app")
    CALL = "call", _("A telephone call")
    ADVERTISEMENT = "advertisement", _("An advertisement or a search result")
    WARNING = "warning", _("A warning on the screen, for example of a virus")
    APP = "app", _("An app or program that I was asked to install")
    NONE = "none", _("Nothing that I noticed")
    UNKNOWN = "unknown", _("I don't know")


class TypedIn(TextChoices):
    ID = "id", _("Log-in ID or account number")
    PASSWORD = "password", _("Log-in password")
    TRADE_PASSWORD = "trade_password", _("Trading password or PIN")
    CODE = "code", _("A code sent to me")
    PERSONAL = "personal", _("Personal data, such as the date of birth")
    NOTHING = "nothing", _("Nothing")
    UNKNOWN = "unknown", _("I don't know")


class Device(TextChoices):
    IPHONE = "iphone", _("iPhone or iPad")
    ANDROID = "android", "Android"
    WINDOWS = "windows", "Windows"
    MAC = "mac", "Mac"
    SHARED = "shared", _("A computer that others use too")
    OTHER = "other", _("Another device")


class SharedWith(TextChoices):
    FAMILY = "family", _("Family")
    AGGREGATOR = "aggregator", _("An app that gathers accounts, such as a household ledger")
    ADVISER = "adviser", _("An adviser or somebody who trades for me")
    BROWSER = "browser", _("Saved in the browser or in a password manager")
    OTHER = "other", _("Somebody or something else")
    NOBODY = "nobody", _("Nobody else knew it")


class Scan(TextChoices):
    CLEAN = "clean", _("Yes, nothing was found")
    FOUND = "found", _("Yes, and something was found")
    NOT_YET = "not_yet", _("Not yet")
    UNKNOWN = "unknown", _("I don't know")


class Changed(TextChoices):
    """Settings of the account."""

    MAIL = "mail", _("E-mail address")
    TELEPHONE = "telephone", _("Telephone number")
    BANK = "bank", _("Bank account for withdrawals")
    PASSWORD = "password", _("Password")
    NOTICES = "notices", _("Notices switched off")
    OTHER = "other", _("Something else")
    NONE = "none", _("Nothing was changed")
    UNKNOWN = "unknown", _("I don't know")


class Channel(TextChoices):
    TELEPHONE = "telephone", _("By telephone")
    MAIL = "mail", _("By e-mail or form")
    CHAT = "chat", _("By chat")
    BRANCH = "branch", _("At a branch")
    LETTER = "letter", _("By letter")
    OTHER = "other", _("In another way")


class Body(TextChoices):
    POLICE = "police", _("Police")
    JSDA = "jsda", _("Japan Securities Dealers Association (JSDA)")
    FSA = "fsa", _("Financial Services Agency (FSA)")
    FINMAC = "finmac", _("FINMAC (mediation for financial products)")
    CONSUMER = "consumer", _("Consumer affairs center (188)")
    LAWYERS = "lawyers", _("Bar association or Houterasu")
    OTHER = "other", pgettext_lazy("body", "Another body")


class BodyState(TextChoices):
    CONSULTED = "consulted", _("I asked for advice")
    ACCEPTED = "accepted", _("It took up my report")
    REFUSED = "refused", _("It did not take up my report")


class Wish(TextChoices):
    RESTORATION = "restoration", _("Get the shares or funds back as they were")
    CASH = "cash", _("Get the loss paid in money")
    EXPLANATION = "explanation", _("An explanation of how it happened")
    LOGS = "logs", _("To see the records of log-ins and orders")
    DEFICIT = "deficit", _("Not to pay what the firm demands")
    UNKNOWN = "unknown", _("I don't know yet")


class ShareWith(TextChoices):
    POLICE = "police", _("Police")
    JSDA = "jsda", _("Japan Securities Dealers Association (JSDA)")
    FSA = "fsa", _("Financial Services Agency (FSA)")
    FINMAC = "finmac", _("FINMAC (mediation for financial products)")


class Need(TextChoices):
    AGE = "age", _("My age")
    DISTRESS = "distress", _("Great distress")
    ILLNESS = "illness", _("An illness")
    DISABILITY = "disability", _("A disability, for example of hearing or sight")
    LANGUAGE = "language", _("Japanese is hard for me")
    OTHER = "other", _("Something else")
