"""Securities and their daily bars, as a market-data file gives them."""

from django.db import models
from django.utils.translation import get_language

from casetrack.lib.constraints import not_negative


class Security(models.Model):
    """A security by its code as firms write it: 4 characters for Japanese shares (J-Quants' fifth 0 is dropped)."""

    code = models.CharField(max_length=40, unique=True)
    name_ja = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)

    @property
    def name(self) -> str:
        return (self.name_en or self.name_ja) if get_language() == "en" else (self.name_ja or self.name_en)


class DailyBar(models.Model):
    """One day of one security. Prices in the listing's currency, volume in shares; null on days without trades."""

    security = models.ForeignKey(Security, on_delete=models.PROTECT, related_name="bars")
    on = models.DateField()
    open = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    high = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    low = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    close = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    volume = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    turnover = models.DecimalField(max_digits=30, decimal_places=4, null=True)
    adjustment_factor = models.DecimalField(max_digits=20, decimal_places=10, default=1)
    source = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["security", "on"], name="market_bar_day"),
            not_negative("close", "market_bar_close"),
            not_negative("volume", "market_bar_volume"),
            models.CheckConstraint(condition=models.Q(adjustment_factor__gt=0), name="market_bar_factor"),
        ]
