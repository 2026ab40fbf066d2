"""A company whose payments of three years are made by SQL."""

from ._copies import WithoutIndexes, copy_rows

DAYS = 3 * 365
CUSTOMERS, SALESPEOPLE = 20_000, 12
CURRENCIES = 12  # one payment in so many is in a foreign currency
TABLES = (
    "payment_transaction",
    "payment_charge",
    "payment_balance_transaction",
    "payment_dispute",
    "payment_fraud_warning",
)

# Each payment's lot, from 0 to 999, decides what becomes of it: the same in each run.
LIVES = """
    CREATE TEMPORARY TABLE life AS
    SELECT number, moment, tx_id, lot,
           CASE WHEN lot < 915 THEN 'done' WHEN lot < 965 THEN 'error'
                WHEN lot < 985 THEN 'cancel' ELSE 'pending' END AS state,
           round((500 + (number::bigint * 7919) %% 30000) / 100.0, 2) AS amount,
           (%(methods)s)[1 + number %% array_length(%(methods)s, 1)] AS method_id,
           (%(channels)s)[1 + (number / 7) %% array_length(%(channels)s, 1)] AS channel,
           (%(countries)s)[1 + (number / 3) %% array_length(%(countries)s, 1)]
               AS country_id,
           CASE WHEN number %% %(foreign)s = 0 THEN %(euro)s ELSE %(currency)s END
               AS currency_id,
           (SELECT id FROM customer
             WHERE place = (number::bigint * 31) %% %(customers)s) AS partner_id,
           1 + (CASE WHEN lot %% 11 = 0 THEN 1 ELSE 0 END) AS tries
      FROM (SELECT number, nextval('payment_transaction_id_seq')::int AS tx_id,
                   (('x' || substr(md5(number::text), 1, 8))::bit(32)::bigint %% 1000)
                       ::int AS lot,
                   %(last)s::timestamp - interval '1 second'
                       * (%(seconds)s * (number::float / %(count)s)) AS moment
              FROM generate_series(1, %(count)s) AS number) made
"""


class Shop:
    """One of each record through Odoo; the others are its copies."""

    def __init__(self, env):
        self.env, self.cr = env, env.cr
        self.company = env.company
        self.company.partner_id.tz = "Europe/Amsterdam"
        self.euro = env.ref("base.EUR")
        self.euro.active = True
        self.provider = env.ref("payment.payment_provider_stripe")
        self.provider.post_test_payments = True
        self.methods = [
            env.ref(f"payment.payment_method_{name}").id
            for name in ("visa", "mastercard", "amex", "sepa_direct_debit", "ideal")
        ]
        self.partner = env["res.partner"].create({"name": "Customer"})
        self._rates()
        self._one_of_each()
        env.flush_all()
        self.cr.commit()

    def _rates(self):
        months = [
            f"20{year}-{month:02}-01" for year in (23, 24, 25) for month in range(1, 13)
        ]
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "currency_id": self.euro.id,
                    "company_id": self.company.id,
                    "rate": 0.85 + 0.01 * (number % 9),
                }
                for number, day in enumerate(months)
            ]
        )

    def _one_of_each(self):
        env = self.env
        self.transaction = env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.methods[0],
                "reference": "bench",
                "provider_reference": "pi_bench",
                "amount": 1.0,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.partner.id,
                "operation": "online_direct",
                "state": "draft",
                "is_post_processed": True,
            }
        )
        fact = {
            "provider_id": self.provider.id,
            "currency_id": self.company.currency_id.id,
            "gateway_ref": "bench",
        }
        self.charge = env["payment.charge"].create({**fact, "state": "pending"})
        self.movement = env["payment.balance.transaction"].create(
            {**fact, "category": "charge", "state": "posted"}
        )
        self.dispute = env["payment.dispute"].create(
            {**fact, "state": "lost", "charge_id": self.charge.id}
        )
        self.warning = env["payment.fraud.warning"].create(
            {
                **fact,
                "state": "closed",
                "kind": "early_warning",
                "charge_id": self.charge.id,
            }
        )

    # === Made by SQL === #

    def fill(self, count, last="2025-12-31 23:00:00"):
        """Have ``count`` payments in the three years before ``last``."""
        with WithoutIndexes(self.cr, *TABLES):
            self._customers()
            self.cr.execute(LIVES, self._lots(count, last))
            self._payments()
            self._attempts()
            self._money()
            self._disputes()
        self.cr.execute("DELETE FROM payment_rollup_dirty")
        self.cr.commit()
        self.env.invalidate_all()
        self.cr.execute("ANALYZE")
        self.cr.commit()

    def _lots(self, count, last):
        countries = self.env["res.country"].search([], limit=9)
        return {
            "count": count,
            "last": last,
            "seconds": DAYS * 86400,
            "methods": self.methods,
            "channels": ["online", "link", "mobile", "saved", "terminal"],
            "countries": countries.ids,
            "foreign": CURRENCIES,
            "euro": self.euro.id,
            "currency": self.company.currency_id.id,
            "customers": CUSTOMERS,
        }

    def _customers(self):
        users = self.env["res.users"].create(
            [
                {"name": f"Seller {number}", "login": f"seller{number}"}
                for number in range(SALESPEOPLE)
            ]
        )
        self.env.flush_all()
        self.cr.execute(
            "CREATE TEMPORARY TABLE customer AS SELECT place,"
            " nextval('res_partner_id_seq')::int AS id,"
            " (%s)[1 + place %% %s] AS user_id"
            " FROM generate_series(0, %s - 1) AS place",
            [users.ids, SALESPEOPLE, CUSTOMERS],
        )
        names = dict.fromkeys(("name", "complete_name"), "'Customer No ' || x.place")
        values = {"id": "x.id", "commercial_partner_id": "x.id", "user_id": "x.user_id"}
        copy_rows(self.cr, self.partner, "customer", values | names)
        self.cr.execute("CREATE UNIQUE INDEX ON customer (place)")
        self.cr.execute("ANALYZE customer")

    def _payments(self):
        payment = {
            "id": "x.tx_id",
            "reference": "'B' || x.tx_id",
            "provider_reference": "'pi_' || x.tx_id",
            "amount": "x.amount",
            "currency_id": "x.currency_id",
            "partner_id": "x.partner_id",
            "partner_country_id": "x.country_id",
            "payment_method_id": "x.method_id",
            "state": "x.state",
            "channel": "x.channel",
            "create_date": "x.moment",
            "last_state_change": "x.moment",
            "paid_at": "CASE WHEN x.state = 'done' THEN x.moment END",
        }
        copy_rows(self.cr, self.transaction, "life", payment)
        self.cr.execute(
            "CREATE TEMPORARY TABLE refund AS SELECT *,"
            " nextval('payment_transaction_id_seq')::int AS refund_id,"
            " moment + interval '9 days' AS sent"
            " FROM life WHERE lot < 30"
        )
        refund = payment | {
            "id": "x.refund_id",
            "reference": "'R' || x.tx_id",
            "provider_reference": "'re_' || x.tx_id",
            "amount": "-x.amount",
            "operation": "'refund'",
            "channel": "'refund'",
            "source_transaction_id": "x.tx_id",
        }
        refund |= dict.fromkeys(
            ("create_date", "last_state_change", "paid_at"), "x.sent"
        )
        copy_rows(self.cr, self.transaction, "refund", refund)

    def _attempts(self):
        self.cr.execute(
            "CREATE TEMPORARY TABLE attempt AS"
            " SELECT *, nextval('payment_charge_id_seq')::int AS charge_id,"
            " state = 'done' AND trial = tries AS succeeded"
            " FROM life, generate_series(1, tries) AS trial WHERE state <> 'pending'"
        )
        minor = "CASE WHEN x.succeeded THEN x.amount * 100 ELSE 0 END"
        copy_rows(
            self.cr,
            self.charge,
            "attempt",
            {
                "id": "x.charge_id",
                "gateway_ref": "'ch_' || x.charge_id",
                "transaction_id": "x.tx_id",
                "intent_ref": "'pi_' || x.tx_id",
                "state": "CASE WHEN x.succeeded THEN 'succeeded' ELSE 'failed' END",
                "amount_minor": "x.amount * 100",
                "amount": "x.amount",
                "captured_minor": minor,
                "currency_id": "x.currency_id",
                "created_at": "x.moment",
                "outcome": "CASE WHEN NOT x.succeeded AND x.number %% 4 = 3"
                " THEN 'blocked' END",
                "decline_reason": "CASE WHEN NOT x.succeeded THEN (ARRAY["
                "'insufficient_funds', 'generic_decline', 'expired_card', 'rule'])"
                "[1 + x.number %% 4] END",
            },
        )

    def _money(self):
        """Each success and refund moves the balance; fees are 1.4% and 25 cents."""
        fee = "round(x.amount * 0.014 + 0.25, 2)"
        movement = {
            "gateway_ref": "'txn_' || x.tx_id",
            "transaction_id": "x.tx_id",
            "currency_id": "x.currency_id",
            "created_at": "x.moment",
            "amount": "x.amount",
            "amount_minor": "x.amount * 100",
            "fee": fee,
            "fee_minor": f"{fee} * 100",
            "net": f"x.amount - {fee}",
            "net_minor": f"(x.amount - {fee}) * 100",
        }
        self.cr.execute(
            "CREATE TEMPORARY VIEW done AS SELECT * FROM life WHERE state = 'done'"
        )
        copy_rows(self.cr, self.movement, "done", movement)
        back = movement | {
            "gateway_ref": "'txr_' || x.tx_id",
            "transaction_id": "x.refund_id",
            "category": "'refund'",
            "created_at": "x.sent",
            "amount": "-x.amount",
            "amount_minor": "-x.amount * 100",
            "fee": "0",
            "fee_minor": "0",
        }
        copy_rows(self.cr, self.movement, "refund", back)

    def _disputes(self):
        """Three in a thousand are disputed a month later, one reported before."""
        self.cr.execute(
            "CREATE TEMPORARY VIEW disputed AS SELECT *, moment + interval '30 days'"
            " AS opened FROM attempt WHERE succeeded AND lot BETWEEN 100 AND 102"
        )
        values = {
            "transaction_id": "x.tx_id",
            "charge_id": "x.charge_id",
            "currency_id": "x.currency_id",
            "created_at": "x.opened",
        }
        dispute = {
            "gateway_ref": "'dp_' || x.tx_id",
            "amount": "x.amount",
            "amount_minor": "x.amount * 100",
            "partner_id": "x.partner_id",
        }
        copy_rows(self.cr, self.dispute, "disputed", values | dispute)
        self.cr.execute(
            "CREATE TEMPORARY VIEW reported AS SELECT * FROM disputed WHERE lot = 100"
        )
        warning = {"gateway_ref": "'issfr_' || x.tx_id", "partner_id": "x.partner_id"}
        copy_rows(self.cr, self.warning, "reported", values | warning)
