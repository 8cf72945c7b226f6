"""The audit log: who did what, about what. A hash chain per case; never changed, never deleted."""

from django.db import models


class Entry(models.Model):
    """One act. `seq`, `recorded_at`, `prev` and `hash` are given by the database trigger under the chain's lock.

    Actors and subjects are values, not foreign keys. `data` holds before and after; personal values enter it as
    keyed hashes only (lib.crypto.keyed_hash). `chain` is a case's reference, or "platform".
    """

    chain = models.CharField(max_length=40)
    seq = models.PositiveIntegerField(default=0)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)
    actor_role = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    firm_code = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    data = models.JSONField(default=dict)
    prev = models.BinaryField(default=b"")
    hash = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_entry_place")]
        indexes = [models.Index(fields=["action", "id"], name="audit_entry_action")]


class ChainHead(models.Model):
    """Where each chain stood on a day, as published outside the database (signed): shows a cut tail."""

    published_on = models.DateField(unique=True)
    chains = models.PositiveIntegerField()
    entries = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=120)
    file = models.CharField(max_length=200)
