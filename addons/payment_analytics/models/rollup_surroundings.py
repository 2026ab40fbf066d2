"""What payments refer to: customers, orders, invoices, rates, providers, companies.

Such a change is rare and may concern many payments: their days are marked by one query.
"""

from odoo import api, fields, models
from odoo.tools import SQL


def mark(env, condition, *values):
    """Mark the days of payments ``tx`` that fulfil a condition."""
    env["payment.rollup.dirty"].sudo()._mark_where(SQL(condition, *values))


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        if {"country_id", "is_company", "parent_id", "user_id"}.isdisjoint(vals):
            result = super().write(vals)
        else:
            before = self._rollup_values()
            result = super().write(vals)
            after = self._rollup_values()
            self.filtered(lambda each: before[each.id] != after[each.id])._mark_paid()
        if "tz" in vals:
            self._mark_companies()
        return result

    def _rollup_values(self):
        """Return {id: what of a customer stands in the figures}."""
        return {
            each.id: (each.country_id, each.commercial_partner_id, each.user_id)
            for each in self.sudo()
        }

    def _mark_paid(self):
        """Mark the days on which these, or who belongs to them, paid.

        Also those of another entity now: they came along with these.
        """
        if not self:
            return
        self.flush_model(["parent_id"])
        mark(
            self.env,
            "tx.partner_id IN (WITH RECURSIVE ours(id) AS (SELECT UNNEST(%s) UNION"
            " SELECT p.id FROM res_partner p JOIN ours ON p.parent_id = ours.id)"
            " SELECT id FROM ours)",
            self.ids,
        )

    def _mark_companies(self):
        """All days of a company begin at another moment now: drop the old ones too."""
        companies = (
            self.env["res.company"].sudo().search([("partner_id", "in", self.ids)])
        )
        if companies:
            self.env.registry.clear_cache()
            self.flush_recordset(["tz"])
            companies._mark_all_days()


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if not {"currency_id", "partner_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()
            self._mark_all_days()
        return result

    def _mark_all_days(self):
        """Mark the days that were computed, and those on which there are payments."""
        dirty = self.env["payment.rollup.dirty"].sudo()
        days = self.env["payment.rollup.day"].sudo()
        built = days.search([("company_id", "in", self.ids)])
        dirty._mark((bucket.company_id.id, bucket.day) for bucket in built)
        dirty._mark_where(SQL("tx.company_id = ANY(%s)", self.ids))
        dirty._mark_events()


class ResUsers(models.Model):
    _inherit = "res.users"

    def unlink(self):
        """The database takes them off their customers, without a write."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_rollup_dirty (company_id, day)"
                " SELECT DISTINCT company_id, day FROM payment_rollup"
                " WHERE user_id = ANY(%(ids)s) OR customer_user_id = ANY(%(ids)s)"
                " OR entity_user_id = ANY(%(ids)s)",
                ids=self.ids,
            )
        )
        return super().unlink()


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "payment.rollup.document"]

    _rollup_salesperson = "user_id"


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "payment.rollup.document"]

    _rollup_salesperson = "invoice_user_id"


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def write(self, vals):
        result = super().write(vals)
        if not {"company_id", "post_test_payments"}.isdisjoint(vals):
            self.flush_recordset()
            mark(self.env, "tx.provider_id = ANY(%s)", self.ids)
        return result


class PaymentMethod(models.Model):
    _inherit = "payment.method"

    def write(self, vals):
        result = super().write(vals)
        if not {"code", "primary_payment_method_id"}.isdisjoint(vals):
            mark(self.env, "tx.payment_method_id = ANY(%s)", self.ids)
        return result


class ResCurrencyRate(models.Model):
    _inherit = "res.currency.rate"

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._mark_converted()
        return rates

    def write(self, vals):
        self._mark_converted()
        result = super().write(vals)
        self._mark_converted()
        return result

    def unlink(self):
        self._mark_converted()
        return super().unlink()

    def _mark_converted(self):
        """Mark the days since these rates on which a foreign currency was converted.

        A rate before which there is none also holds for all earlier days.
        """
        for (currency, company), rates in self.grouped(
            lambda each: (each.currency_id, each.company_id)
        ).items():
            since = min(rates.mapped("name"))
            earlier = self.sudo().search_count(
                [
                    ("currency_id", "=", currency.id),
                    ("company_id", "in", (False, company.id)),
                    ("name", "<", since),
                ],
                limit=1,
            )
            dirty = self.env["payment.rollup.dirty"].sudo()
            since = fields.Date.subtract(since, days=1) if earlier else FIRST
            values = {"currency": currency.id, "since": since}
            dirty._mark_where(SQL(CONVERTED, **values))
            dirty._mark_events(SQL(EVENT_CONVERTED, **values))


FIRST = fields.Date.to_date("1900-01-01")
# Paid, or moved later, in a currency other than the company's; one of the two changed.
CONVERTED = """(c.currency_id = %(currency)s OR tx.currency_id = %(currency)s)
    AND tx.currency_id <> c.currency_id
    AND COALESCE(tx.paid_at, tx.last_state_change, tx.create_date) >= %(since)s
    OR EXISTS (
        SELECT FROM payment_balance_transaction m WHERE m.transaction_id = tx.id
        AND (c.currency_id = %(currency)s OR m.currency_id = %(currency)s)
        AND m.currency_id <> c.currency_id AND m.created_at >= %(since)s)"""
EVENT_CONVERTED = """(c.currency_id = %(currency)s OR e.currency_id = %(currency)s)
    AND e.currency_id <> c.currency_id AND e.created_at >= %(since)s"""
