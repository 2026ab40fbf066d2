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

AMOUNT, COUNT, SHARE, DAYS = "amount", "count", "share", "days"
PAYMENT, EVENT = "payment", "event"

STRIPE_CATEGORIES = "https://docs.stripe.com/reports/reporting-categories"
STRIPE_DISPUTES = "https://docs.stripe.com/disputes/measuring"
STRIPE_ACCEPTANCE = "https://docs.stripe.com/payments/analytics/acceptance"
STRIPE_MONITORING = "https://docs.stripe.com/disputes/monitoring-programs"
OWN = "this suite"


@dataclass(frozen=True)
class Fact:
    """A figure of one payment that may be summed.

    ``on`` says on which day it counts: the payment's own, or that of what happened to
    it later. Only the former are columns of a report with a row for each payment.
    """

    name: str
    label: str
    unit: str
    text: str
    source: str = OWN
    on: str = PAYMENT

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
        Fact(
            "blocked_attempts",
            "Blocked Attempts",
            COUNT,
            "Failed attempts that no bank decided about: blocked by rules against"
            " fraud, or the cardholder was not authenticated.",
            STRIPE_ACCEPTANCE,
        ),
        Fact(
            "card_not_present",
            "Card Payments at a Distance",
            COUNT,
            "Successful payments by card without a card reader.",
            STRIPE_MONITORING,
        ),
        Fact(
            "dispute_activity",
            "Disputes Opened",
            COUNT,
            "Disputes on the day they were opened, whenever the payment was. Inquiries"
            " and prevented disputes are none.",
            STRIPE_DISPUTES,
            EVENT,
        ),
        Fact(
            "dispute_activity_value",
            "Value of Disputes Opened",
            AMOUNT,
            "What is disputed, on the day the dispute was opened, whatever comes of"
            " it.",
            STRIPE_DISPUTES,
            EVENT,
        ),
        Fact(
            "card_disputes",
            "Card Disputes Opened",
            COUNT,
            "Disputes opened about card payments without a card reader.",
            STRIPE_MONITORING,
            EVENT,
        ),
        Fact(
            "fraud_reports",
            "Fraud Reports",
            COUNT,
            "Early fraud warnings of card issuers, on the day of the warning.",
            STRIPE_MONITORING,
            EVENT,
        ),
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
            "authorisation_rate",
            "Authorisation Rate",
            SHARE,
            "Share of attempts that the bank approved, of those it was asked about",
            ("succeeded_attempts",),
            ("succeeded_attempts", "failed_attempts", "-blocked_attempts"),
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
            "refund_count_rate",
            "Refund Rate by Count",
            SHARE,
            "Refunds for each successful payment of the same period",
            ("refunds",),
            ("successful_payments",),
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
            "dispute_value_rate",
            "Dispute Rate by Value",
            SHARE,
            "Share of the value that customers' banks took back, by the payment's day",
            ("disputed",),
            ("gross",),
            source=STRIPE_DISPUTES,
        ),
        Metric(
            "dispute_activity_rate",
            "Dispute Activity",
            SHARE,
            "Disputes opened for each successful payment of the same period, as card"
            " networks count",
            ("dispute_activity",),
            ("successful_payments",),
            source=STRIPE_DISPUTES,
        ),
        Metric(
            "dispute_activity_value_rate",
            "Dispute Activity by Value",
            SHARE,
            "Value of disputes opened for the value paid in the same period",
            ("dispute_activity_value",),
            ("gross",),
            source=STRIPE_DISPUTES,
        ),
        Metric(
            "vamp_ratio",
            "VAMP Ratio",
            SHARE,
            "Visa's monitoring of acquirers: fraud reports and disputes, counted apart,"
            " for each settled card payment at a distance; over a calendar month and"
            " payments by Visa",
            ("fraud_reports", "card_disputes"),
            ("card_not_present",),
            source=STRIPE_MONITORING,
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


@dataclass(frozen=True)
class Definition:
    """A figure that is no sum over payments, and what works it out."""

    name: str
    label: str
    unit: str
    text: str
    formula: str
    computed_by: str
    source: str = OWN
    time_zone: str = COMPANY_DAY

    @property
    def help(self):
        """What a reader is told about it."""
        return f"{self.text} = {self.formula}."

    @property
    def currency_basis(self):
        """In which currency it is given."""
        return COMPANY_CURRENCY if self.unit == AMOUNT else NO_CURRENCY


DEFINITIONS = {
    each.name: each
    for each in (
        Definition(
            "time_to_settlement_p50",
            "Days to Settlement, Median",
            DAYS,
            "Within how many days half of the paid out payments were at the bank",
            "Median of (Arrival of the Payout - Capture)",
            "payment.settlement.report",
            "https://docs.stripe.com/payouts#payout-schedule",
        ),
        Definition(
            "time_to_settlement_p90",
            "Days to Settlement, 90%",
            DAYS,
            "Within how many days nine of ten paid out payments were at the bank",
            "90th Percentile of (Arrival of the Payout - Capture)",
            "payment.settlement.report",
            "https://docs.stripe.com/payouts#payout-schedule",
        ),
        Definition(
            "ageing",
            "Receivables by Age",
            AMOUNT,
            "What customers owe by days past due: not due, 1-30, 31-60, 61-90, over 90",
            "Open Amounts by (Today - Due Date)",
            "metrics.receivables.ageing",
            "https://www.investopedia.com/terms/a/accounts-receivable-aging.asp",
        ),
        Definition(
            "dso",
            "Days Sales Outstanding",
            DAYS,
            "How many days of invoiced sales are still to be paid. Not Odoo's figure of"
            " this name, which divides by income less cost of goods",
            "Receivables / Credit Sales x Days of the Period",
            "metrics.receivables.dso",
            "https://www.investopedia.com/terms/d/dso.asp",
        ),
        Definition(
            "rfm",
            "Recency, Frequency, Money",
            COUNT,
            "Scores from 1 to 5 among the company's customers: how long ago they paid"
            " last, how often and how much they paid in 36 months",
            "Fifth of the Customers that the Customer Surpasses",
            "metrics.rfm",
            "https://www.putler.com/rfm-analysis/",
        ),
        Definition(
            "retention",
            "Retention",
            SHARE,
            "Of the customers who paid for the first time in one month, those who pay"
            " in the nth month after it",
            "Customers Who Pay in Month n / Customers of the Cohort",
            "payment.customer.snapshot",
            "https://mixpanel.com/blog/cohort-analysis/",
        ),
        Definition(
            "ltv",
            "Lifetime Value",
            AMOUNT,
            "What a customer left with the company to date; what may still come is a"
            " figure of its own",
            "Gross - Refunded - Disputed - Fees of the Customer's Payments",
            "payment.customer.snapshot",
        ),
        Definition(
            "cash_forecast",
            "Expected Cash",
            AMOUNT,
            "What is at the gateways and on its way, and when open items should be"
            " paid, each customer as late as usual",
            "Balance + Unsettled Payouts + Open Items by (Due Date + Usual Delay)",
            "metrics.forecast",
        ),
    )
}


def facts_on(day):
    """Return {name: fact} of the facts that count on ``day`` (PAYMENT or EVENT)."""
    return {name: fact for name, fact in FACTS.items() if fact.on == day}


def ratios(day=None):
    """Return {name: metric} of what has to be aggregated as sum over sum.

    :param str day: PAYMENT for those whose facts all count on the payment's own day
    """
    known = FACTS if day is None else facts_on(day)
    return {
        name: metric
        for name, metric in METRICS.items()
        if metric.denominator
        and not metric.over
        and all(
            term.lstrip("-") in known
            for term in (*metric.numerator, *metric.denominator)
        )
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
