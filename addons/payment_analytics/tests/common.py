"""Payments as a gateway states them, stored through the models that keep its facts."""

from datetime import datetime, timezone

from odoo.addons.integrated_payments.gateway import types
from odoo.addons.integrated_payments.tests.common import IntegratedPaymentsCommon


def at(day, hour=12, minute=0):
    """Return a moment of March 2026, UTC."""
    return datetime(2026, 3, day, hour, minute, tzinfo=timezone.utc)


class AnalyticsCommon(IntegratedPaymentsCommon):
    """Payments are made one by one; ``total`` sums them as the report does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["payment.report"].with_company(cls.company)
        cls.company.partner_id.tz = "UTC"
        # What the fixtures of other modules made must not be counted with ours.
        cls.before = cls.env["payment.transaction"].search([]).ids
        cls.count = 0
        cls._compute_before_figures_are_read()

    @classmethod
    def _compute_before_figures_are_read(cls):
        """Let ``payment.figures`` wait for the job, which runs seconds later."""
        figures = type(cls.env["payment.figures"])
        source = figures._source

        def computed_source(model, asked, company):
            cls.computed()
            return source(model, asked, company)

        cls.classPatch(figures, "_source", computed_source)

    @classmethod
    def pay(
        cls, amount=100.0, moment=None, state="done", fee=0, attempts=None, **values
    ):
        """Make a payment.

        :param moment: aware datetime of the capture
        :param fee: in minor units, of the settled movement; None: not settled yet
        :param attempts: states of its charges, by default one that fits ``state``
        :param values: fields of the transaction
        :return: payment.transaction
        """
        moment = moment or at(9)
        cls.count += 1
        naive = moment.replace(tzinfo=None)
        transaction = (
            cls.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": cls.provider.id,
                    "payment_method_id": cls.pm_card.id,
                    "reference": f"PA-{cls.count}",
                    "provider_reference": f"pi_a{cls.count}",
                    "amount": amount,
                    "currency_id": cls.currency.id,
                    "partner_id": cls.partner.id,
                    "operation": "online_direct",
                    "state": state,
                    "last_state_change": naive,
                    "paid_at": naive if state == "done" else False,
                    **values,
                }
            )
        )
        if attempts is None:
            attempts = {"done": ["succeeded"], "error": ["failed"]}.get(state, [])
        cls.tried(transaction, attempts, moment)
        if state == "done" and fee:
            cls.moved(transaction, "charge", cls.minor(transaction), fee, moment)
        return transaction

    @classmethod
    def tried(cls, transaction, states, moment, **values):
        """Store a charge for each state in ``states``."""
        facts = [
            types.Charge(
                **{
                    "ref": f"ch_{transaction.provider_reference}_{number}",
                    "status": state,
                    "amount": cls.minor(transaction),
                    "captured": cls.minor(transaction) if state == "succeeded" else 0,
                    "currency": transaction.currency_id.name,
                    "created": moment,
                    "intent_ref": transaction.provider_reference,
                    **values,
                }
            )
            for number, state in enumerate(states)
        ]
        provider = transaction.provider_id
        return cls.env["payment.charge"].sudo()._store(provider, facts)

    @classmethod
    def moved(cls, transaction, category, amount, fee=0, moment=None, tax=0, **values):
        """Store a movement of the gateway's balance, amounts in minor units."""
        cls.count += 1
        fact = types.BalanceTransaction(
            **{
                "ref": f"txn_a{cls.count}",
                "category": category,
                "type": category,
                "amount": amount,
                "fee": fee,
                "tax": tax,
                "net": amount - fee,
                "currency": transaction.currency_id.name,
                "created": moment or at(9),
                **values,
            }
        )
        stored = (
            cls.env["payment.balance.transaction"]
            .sudo()
            ._store(transaction.provider_id, [fact], transaction_id=transaction)
        )
        return stored[fact.ref]

    @classmethod
    def disputed(cls, transaction, status="needs_response", fee=1500):
        """Let the customer's bank dispute a payment and take its money back."""
        amount = cls.minor(transaction)
        fact = types.Dispute(
            ref=f"dp_{transaction.provider_reference}",
            status=status,
            amount=amount,
            currency=transaction.currency_id.name,
            created=at(20),
        )
        charge = transaction.charge_ids[:1]
        cls.env["payment.dispute"].sudo()._store(
            transaction.provider_id, [fact], charge
        )
        cls.moved(transaction, "dispute", -amount, fee, at(20))

    @classmethod
    def report_fraud(cls, transaction, moment):
        """Let the customer's bank report a payment as fraud, without a dispute yet."""
        return (
            cls.env["payment.fraud.warning"]
            .sudo()
            .create(
                {
                    "provider_id": transaction.provider_id.id,
                    "gateway_ref": f"issfr_{transaction.id}",
                    "currency_id": transaction.currency_id.id,
                    "created_at": moment.replace(tzinfo=None),
                    "charge_id": transaction.charge_ids[:1].id,
                    "kind": "early_warning",
                    "state": "open",
                }
            )
        )

    @classmethod
    def refund(cls, transaction, amount, moment=None, state="done"):
        """Send money back, as core does: a child with a negative amount."""
        child = transaction._create_child_transaction(amount, is_refund=True)
        naive = (moment or at(10)).replace(tzinfo=None)
        paid_at = naive if state == "done" else False
        child.write({"state": state, "last_state_change": naive, "paid_at": paid_at})
        return child

    @classmethod
    def computed(cls):
        """Let the job compute all marked days.

        :return: number of days
        """
        cls.env.cr.flush()
        days = cls.env["payment.rollup.day"].sudo()
        return sum(iter(lambda: days._rebuild(), 0))

    @staticmethod
    def minor(transaction):
        return round(abs(transaction.amount) * 100)

    def rows(self, *domain, report=None):
        """Return the report's rows of this test's payments."""
        report = self.report if report is None else report
        return report.search([("id", "not in", self.before), *domain])

    def total(self, *names, domain=(), report=None):
        """Return the report's totals of fields, as the views ask for them.

        :return: the figure, or a list of figures; False where there is none
        """
        report = self.report if report is None else report
        specs = [f"{name}:{report._fields[name].aggregator}" for name in names]
        [totals] = report._read_group(
            [("id", "not in", self.before), *domain], [], specs
        )
        rounded = [each if each is False else round(each, 6) for each in totals]
        return rounded if len(names) > 1 else rounded[0]
