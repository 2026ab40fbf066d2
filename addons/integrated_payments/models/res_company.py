from datetime import timedelta

import pytz

from odoo import fields, models

from .payment_policy import CONFIRM, INVOICE, STOCK


class ResCompany(models.Model):
    _inherit = "res.company"

    payment_confirm_policy = fields.Selection(
        CONFIRM, "Order on Payment", default="authorized", required=True
    )
    payment_invoice_policy = fields.Selection(
        INVOICE, "Invoice on Payment", default="odoo", required=True
    )
    payment_stock_policy = fields.Selection(
        STOCK, "Stock on Payment", default="reserve", required=True
    )
    payment_refund_credit_policy = fields.Selection(
        [
            ("none", "No credit note"),
            ("draft", "Draft credit note"),
            ("posted", "Posted credit note"),
        ],
        string="Credit Note on Refund",
        default="draft",
        required=True,
    )
    payment_refund_failure_policy = fields.Selection(
        [
            ("owe", "Keep the credit note"),
            ("reverse", "Reverse the credit note"),
        ],
        string="When a Refund Fails",
        default="owe",
        required=True,
    )
    payment_refund_return_policy = fields.Selection(
        [("none", "Do nothing"), ("return", "Draft return")],
        string="Return on Refund",
        default="none",
        required=True,
    )
    payment_send_receipt = fields.Boolean("Send Payment Receipts")
    payment_reminders = fields.Boolean(
        "Remind Customers of Open Invoices",
        help="One e-mail a day, with all invoices and one link to pay them.",
    )
    payment_follow_up_hours = fields.Integer(
        "Ask about Failed Payments after",
        default=4,
        help="Hours after which the salesperson is asked about a payment that failed or"
        " was not completed; 0 for never.",
    )
    payment_pending_policy = fields.Selection(
        [("hold", "Hold the order"), ("confirm", "Confirm the order")],
        string="While a Payment is Processing",
        default="hold",
        required=True,
    )
    payment_failure_policy = fields.Selection(
        [
            ("keep", "Keep the order"),
            ("cancel", "Cancel the order if nothing was delivered or invoiced"),
        ],
        string="When a Processing Payment Fails",
        default="keep",
        required=True,
    )
    payment_fee_bill_policy = fields.Selection(
        [
            ("none", "No bill, the statement only"),
            ("draft", "Draft bill"),
            ("posted", "Posted bill, if it agrees"),
        ],
        string="Bill for Gateway Fees",
        default="none",
        required=True,
    )
    payment_dispute_loss_policy = fields.Selection(
        [
            ("expense", "Book it as a loss"),
            ("receivable", "The customer owes it again"),
        ],
        string="Lost Disputes",
        default="expense",
        required=True,
    )
    payment_responsible_id = fields.Many2one(
        "res.users",
        "Responsible for Payments",
        help="Who is asked about disputes, failed payouts and differences.",
    )

    payment_policies = fields.Html(
        translate=True,
        sanitize=True,
        help="Accepted methods, terms, late fees and refunds, as customers read them at"
        " checkout, from invoices and in the portal.",
    )

    payment_outside_customer = fields.Selection(
        [
            ("review", "Leave the payment for review"),
            ("create", "Create the customer"),
        ],
        string="Unknown Customers of Payments outside Odoo",
        default="review",
        required=True,
    )
    payment_outside_partner_id = fields.Many2one(
        "res.partner",
        "Customer of Anonymous Payments",
        check_company=True,
        help="For payments of which the gateway knows neither name, e-mail nor phone.",
    )
    payment_outside_order = fields.Selection(
        [
            ("off", "No order"),
            ("draft", "Quotation"),
            ("confirm", "Confirmed order"),
        ],
        string="Order for Payments outside Odoo",
        default="off",
        required=True,
    )
    payment_outside_metadata = fields.Char(
        "Metadata that Names a Document",
        default="odoo_document, odoo_invoice, odoo_order, invoice, invoice_number,"
        " order, order_id, order_number, reference",
        help="Keys of the gateway's metadata, separated by commas.",
    )

    def _payment_outside_keys(self):
        """Return the metadata keys under which the name of a document may stand."""
        keys = (self.payment_outside_metadata or "").split(",")
        return ["odoo_reference", *(key.strip() for key in keys if key.strip())]

    def _payment_responsible(self):
        """Return the user to ask about this company's gateway matters."""
        self.ensure_one()
        return self.payment_responsible_id or self.env.ref("base.user_admin")

    def _quiet_booking(self):
        """Return the context in which entries are made without a note on each field.

        The payment's trail says where an entry comes from. A company that keeps Odoo's
        restrictive audit trail has the notes too.
        """
        return {"tracking_disable": not any(self.mapped("restrictive_audit_trail"))}

    def _payment_day(self, moment):
        """Return the day of a gateway's moment (naive UTC) in the company's zone."""
        self.ensure_one()
        zone = pytz.timezone(self.partner_id.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _payment_date(self, moment, journal):
        """Return the accounting date of a gateway's moment.

        The day in the company's time zone; if that day is locked, the first open day.

        :param datetime moment: naive UTC
        :param journal: the journal that will be posted to
        :return: date
        """
        day = self._payment_day(moment)
        locked_until = self._get_user_fiscal_lock_date(journal)
        return max(day, locked_until + timedelta(days=1)) if locked_until else day
