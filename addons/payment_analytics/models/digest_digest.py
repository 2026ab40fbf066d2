from odoo import fields, models
from odoo.exceptions import AccessError

from ..metrics import definitions

METRICS = ("gross_volume", "net", "success_rate")


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_payment_gross = fields.Boolean("Payments")
    kpi_payment_gross_value = fields.Monetary(compute="_compute_kpi_payments")
    kpi_payment_net = fields.Boolean("Payments, Net")
    kpi_payment_net_value = fields.Monetary(compute="_compute_kpi_payments")
    kpi_payment_fees = fields.Boolean("Payment Fees")
    kpi_payment_fees_value = fields.Monetary(compute="_compute_kpi_payments")
    kpi_payment_success_rate = fields.Boolean("Successful Payments in %")
    kpi_payment_success_rate_value = fields.Float(compute="_compute_kpi_payments")
    kpi_payment_alerts = fields.Boolean("Payment Alerts")
    kpi_payment_alerts_value = fields.Integer(compute="_compute_kpi_payment_alerts")

    def _compute_kpi_payments(self):
        """Read the figures of each company once, under the reader's own rights."""
        figures = self.env["payment.figures"]
        if not self.env["payment.report"].has_access("read"):
            raise AccessError(self.env._("Payments are not for this reader."))
        start, end, _companies = self._get_kpi_compute_parameters()
        days = [
            ("day", ">", fields.Date.to_date(start)),
            ("day", "<=", fields.Date.to_date(end)),
        ]
        for company, digests in self.grouped(
            lambda each: each.company_id or self.env.company
        ).items():
            [(_group, facts)] = figures._facts(company, days)
            value = {
                name: definitions.value(definitions.METRICS[name], facts) or 0
                for name in METRICS
            }
            digests.kpi_payment_gross_value = value["gross_volume"]
            digests.kpi_payment_net_value = value["net"]
            digests.kpi_payment_fees_value = facts["fees"]
            digests.kpi_payment_success_rate_value = 100 * value["success_rate"]

    def _compute_kpi_payment_alerts(self):
        """Count the alerts that were raised."""
        Alert = self.env["payment.alert"]
        if not Alert.has_access("read"):
            raise AccessError(self.env._("Alerts are not for this reader."))
        start, end, companies = self._get_kpi_compute_parameters()
        counts = dict(
            Alert._read_group(
                [
                    ("company_id", "in", companies.ids),
                    ("found_on", ">=", start),
                    ("found_on", "<", end),
                ],
                ["company_id"],
                ["__count"],
            )
        )
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_payment_alerts_value = counts.get(company, 0)

    def _compute_kpis_actions(self, company, user):
        result = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("account.menu_finance").id
        report = f"payment_analytics.action_payment_report?menu_id={menu}"
        result.update(
            {
                "kpi_payment_gross": report,
                "kpi_payment_net": report,
                "kpi_payment_success_rate": report,
                "kpi_payment_fees": (
                    f"payment_analytics.action_payment_fee_report?menu_id={menu}"
                ),
                "kpi_payment_alerts": (
                    f"payment_analytics.action_payment_alert?menu_id={menu}"
                ),
            }
        )
        return result
