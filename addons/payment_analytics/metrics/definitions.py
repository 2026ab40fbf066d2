"""Every figure once: what it counts, its formula, unit, basis and source.

A *fact* is additive: it may be summed over any payments, so it can be stored by day.
A *metric* is a formula of facts: the sum of its numerator, over the sum of its
denominator if it has one. Ratios are never stored and never averaged.

The report's fields take their help from here, ``docs/metrics.md`` is written from here.
"""

from dataclasses import dataclass

COMPANY_DAY = "the company's time zone"
COMPANY_CURRENCY = (
    "the currency of the company at hand, at Odoo's rate of the payment's day"
)
NO_CURRENCY = "none"

AMOUNT, COUNT, SHARE = "amount", "count", "share"

STRIPE_CATEGORIES = "https://docs.stripe.com/reports/reporting-categories"
STRIPE_DISPUTES = "https://docs.stripe.com/disputes/measuring"
STRIPE_ACCEPTANCE = "https://docs.stripe.com/payments/analytics/acceptance"
OWN = "this suite"


@dataclass(frozen=True)
class Fact:
    """A figure of one payment that may be summed."""

    name: str
    label: str
    unit: str
    text: str
    source: str = OWN

    @property
    def help(self):
        """What a reader is told about it."""
        return self.text


@dataclass(frozen=True)
class Metric:
    """A formula over facts; a fact with a leading ``-`` is subtracted.

    ``over`` names a dimension: the denominator is then summed over all its values, so
    that the metric is each value's share.
    """

    name: str
    label: str
    unit: str
    text: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    over: str | None = None
    source: str = OWN

    @property
    def formula(self):
        """The formula in words."""
        top = _in_words(self.numerator)
        if not self.denominator:
            return top
        bottom = _in_words(self.denominator)
        if len(self.numerator) > 1:
            top = f"({top})"
        if len(self.denominator) > 1:
            bottom = f"({bottom})"
        return f"{top} / {bottom}{' of all' if self.over else ''}"

    @property
    def help(self):
        """What a reader is told about it."""
        return f"{self.text} = {self.formula}."

    @property
    def currency_basis(self):
        """In which currency it is given."""
        return COMPANY_CURRENCY if self.unit == AMOUNT else NO_CURRENCY

    @property
    def time_zone(self):
        """By whose clock a payment falls on a day."""
        return COMPANY_DAY


def _in_words(terms):
    """Return facts, subtracted if they bear a ``-``, as a sum in words."""
    words = ""
    for term in terms:
        sign = " - " if term.startswith("-") else " + "
        label = FACTS[term.lstrip("-")].label
        words += (sign if words else sign.strip(" +")) + label
    return words


FACTS = {
    fact.name: fact
    for fact in (
        Fact(
            "gross",
            "Gross",
            AMOUNT,
            "Money captured from customers, before refunds, disputes and fees.",
            STRIPE_CATEGORIES,
        ),
        Fact(
            "refunded",
            "Refunded",
            AMOUNT,
            "Money sent back to customers, on the day of the refund.",
            STRIPE_CATEGORIES,
        ),
        Fact(
            "disputed",
            "Disputed",
            AMOUNT,
            "Money that customers' banks took back, less what was won back, on the day"
            " of the payment.",
            STRIPE_CATEGORIES,
        ),
        Fact(
            "fees",
            "Fees",
            AMOUNT,
            "The gateway's fees on these payments, refunds and disputes, tax included."
            " Fees that it charges apart are only in the books.",
            STRIPE_CATEGORIES,
        ),
        Fact("fee_tax", "Tax on Fees", AMOUNT, "The tax within the fees."),
        Fact(
            "payments",
            "Payments",
            COUNT,
            "Payments that reached a gateway, however often they were tried. Refunds"
            " and the parts of a capture are none.",
        ),
        Fact(
            "successful_payments",
            "Successful Payments",
            COUNT,
            "Payments whose money was captured.",
        ),
        Fact(
            "failed_payments",
            "Failed Payments",
            COUNT,
            "Payments whose last attempt failed, or that were given up after a failed"
            " one. Waiting, authorised and abandoned payments are not failed.",
        ),
        Fact(
            "attempts",
            "Attempts",
            COUNT,
            "Charges tried at the gateway; one for each decided payment where the"
            " gateway tells of none.",
        ),
        Fact(
            "succeeded_attempts",
            "Succeeded Attempts",
            COUNT,
            "Attempts that were approved.",
        ),
        Fact(
            "failed_attempts", "Failed Attempts", COUNT, "Attempts that were refused."
        ),
        Fact(
            "disputed_payments",
            "Disputed Payments",
            COUNT,
            "Payments that the customer's bank disputed, on the day of the payment."
            " Inquiries and prevented disputes are none.",
            STRIPE_DISPUTES,
        ),
        Fact("refunds", "Refunds", COUNT, "Refunds whose money was sent back."),
    )
}

NET = ("gross", "-refunded", "-disputed", "-fees")

METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "gross_volume",
            "Gross Volume",
            AMOUNT,
            "What customers paid",
            ("gross",),
            source=STRIPE_CATEGORIES,
        ),
        Metric(
            "net",
            "Net",
            AMOUNT,
            "What stays with the company",
            NET,
            source=STRIPE_CATEGORIES,
        ),
        Metric(
            "success_rate",
            "Success Rate",
            SHARE,
            "Share of decided payments that succeeded; the retries of one payment count"
            " once",
            ("successful_payments",),
            ("successful_payments", "failed_payments"),
            source=STRIPE_ACCEPTANCE,
        ),
        Metric(
            "attempt_success_rate",
            "Success Rate of Attempts",
            SHARE,
            "Share of decided attempts that were approved; each retry counts",
            ("succeeded_attempts",),
            ("succeeded_attempts", "failed_attempts"),
            source=STRIPE_ACCEPTANCE,
        ),
        Metric(
            "refund_rate",
            "Refund Rate",
            SHARE,
            "Share of the value that was sent back in the same period",
            ("refunded",),
            ("gross",),
        ),
        Metric(
            "dispute_rate",
            "Dispute Rate",
            SHARE,
            "Share of successful payments that were disputed, by the payment's day",
            ("disputed_payments",),
            ("successful_payments",),
            source=STRIPE_DISPUTES,
        ),
        Metric(
            "average_ticket",
            "Average Payment",
            AMOUNT,
            "What a successful payment is worth",
            ("gross",),
            ("successful_payments",),
        ),
        Metric(
            "effective_fee_rate",
            "Effective Fee",
            SHARE,
            "What the gateway costs",
            ("fees",),
            ("gross",),
        ),
        Metric(
            "method_share",
            "Share of Method",
            SHARE,
            "The method mix by value",
            ("gross",),
            ("gross",),
            over="payment_method_id",
        ),
        Metric(
            "channel_share",
            "Share of Channel",
            SHARE,
            "The channel mix by value",
            ("gross",),
            ("gross",),
            over="channel",
        ),
        Metric(
            "method_count_share",
            "Share of Method by Count",
            SHARE,
            "The method mix by count",
            ("successful_payments",),
            ("successful_payments",),
            over="payment_method_id",
        ),
        Metric(
            "channel_count_share",
            "Share of Channel by Count",
            SHARE,
            "The channel mix by count",
            ("successful_payments",),
            ("successful_payments",),
            over="channel",
        ),
    )
}


def ratios():
    """Return {name: metric} of what has to be aggregated as sum over sum."""
    return {
        name: metric
        for name, metric in METRICS.items()
        if metric.denominator and not metric.over
    }


def value(metric, facts):
    """Return a metric of summed facts, None where its denominator is zero.

    :param Metric metric: what to compute
    :param dict facts: {name of the fact: sum}
    """
    top = _sum(metric.numerator, facts)
    if not metric.denominator:
        return top
    bottom = _sum(metric.denominator, facts)
    return top / bottom if bottom else None


def _sum(terms, facts):
    return sum(
        -facts[term[1:]] if term.startswith("-") else facts[term] for term in terms
    )
