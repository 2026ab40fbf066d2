"""Mails to customers about their payments: each once, and a log of all."""

import logging

import psycopg2

from odoo import api, fields, models
from odoo.tools import email_normalize

from .payment_transaction_effects import Outcome

_logger = logging.getLogger(__name__)
KINDS = [
    ("receipt", "Receipt"),
    ("refund", "Refund"),
    ("failed", "Payment Failed"),
    ("debit_failed", "Bank Debit Failed"),
    ("upcoming", "Upcoming Charge"),
    ("dispute_closed", "Dispute Closed"),
]
# kind -> the company's switch
SWITCHES = {
    "receipt": "payment_send_receipt",
    "refund": "payment_send_refund",
    "failed": "payment_send_failed",
    "debit_failed": "payment_send_debit_failed",
    "upcoming": "payment_send_upcoming",
    "dispute_closed": "payment_send_dispute_closed",
}
# What a customer may decline: all else tells of money that moves or has moved.
OPTIONAL = ("failed",)
RETRY_DAYS = 7  # held messages are tried for so long
RETRY_LIMIT = 200  # per run of the job


class PaymentMessage(models.Model):
    """A message to a customer: of which kind, about what, sent or why not yet.

    The row is there before the mail: a second one of the same kind about the same
    document is refused by the database.
    """

    _name = "payment.message"
    _description = "Message to a customer about a payment"
    _order = "id desc"
    _rec_name = "kind"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    res_model = fields.Char("About (Model)", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "About (Record)", model_field="res_model", required=True, readonly=True
    )
    record_id = fields.Integer(
        required=True, readonly=True, help="What the template is rendered for."
    )
    document = fields.Reference(
        selection="_document_models", compute="_compute_document", string="About"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null"
    )
    email = fields.Char("Sent to", readonly=True)
    state = fields.Selection(
        [("held", "Held"), ("sent", "Handed Over")],
        default="held",
        required=True,
        readonly=True,
        index=True,
        help="Handed over: in Odoo's outgoing mail.",
    )
    reason = fields.Char(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    mail_id = fields.Many2one(
        "mail.mail",
        "E-mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    mail_state = fields.Selection(related="mail_id.state", string="Delivery")
    mail_failure = fields.Text(
        related="mail_id.failure_reason", string="Reason of Failure"
    )
    problem = fields.Char(compute="_compute_problem", help="Why it did not arrive.")
    pdf_wanted = fields.Boolean(
        readonly=True, help="The document is printed when the mail leaves."
    )

    _once = models.UniqueIndex(
        "(kind, res_model, res_id)", "The customer has this message already."
    )

    @api.model
    def _document_models(self):
        names = ("payment.transaction", "payment.dispute", "account.move", "sale.order")
        return [
            (model, self.env["ir.model"]._get(model).name)
            for model in names
            if model in self.env
        ]

    @api.depends("res_model", "res_id")
    def _compute_document(self):
        for message in self:
            message.document = f"{message.res_model},{message.res_id}"

    @api.depends("reason", "mail_state", "mail_failure")
    def _compute_problem(self):
        for message in self:
            failed = message.mail_state == "exception" and message.mail_failure
            message.problem = message.reason or failed

    # === SENDING === #

    @api.model
    def _tell(self, kind, record, document=None):
        """Send the customer a message, once, if the company sends such messages.

        Never raises because of an address, a template or the mail server: what holds it
        up is kept with it and it is tried again.

        :param record: what the template is rendered for
        :param document: what it is told about only once; by default ``record``
        :return: an Outcome, as the payment's trail keeps it
        """
        document = document or record
        company = record.company_id
        known = self.sudo().search(
            [
                ("kind", "=", kind),
                ("res_model", "=", document._name),
                ("res_id", "=", document.id),
            ]
        )
        if not known:
            if not company[SWITCHES[kind]]:
                return Outcome("none")
            silence = record._why_customer_is_not_told(kind)
            if silence:
                return Outcome("none", silence)
            known = self.sudo().create(
                {
                    "kind": kind,
                    "res_model": document._name,
                    "res_id": document.id,
                    "record_id": record.id,
                    "company_id": company.id,
                    "partner_id": record.partner_id.id,
                    "pdf_wanted": kind == "receipt",
                }
            )
        if known.state == "held":
            known._deliver(record)
        elif known.mail_state == "exception":
            known._queue_again()
        return known._outcome()

    @api.model
    def _tell_safely(self, kind, record, document=None):
        """As :meth:`_tell`, where an error must not stop what the message is about."""
        try:
            with self.env.cr.savepoint():
                return self._tell(kind, record, document)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("Message %s about %s", kind, record)
            return Outcome("none")

    def _outcome(self):
        """Return where this message stands, for a payment's trail."""
        if self.state == "held":
            return Outcome("held", self.reason, self.partner_id)
        if self.mail_state == "exception":
            reason = self.mail_failure or self.env._("The mail was not delivered.")
            return Outcome("held", reason, self.mail_id)
        return Outcome("done", document=self.mail_id)

    def _deliver(self, record):
        """Hand the mail over to Odoo's queue, or keep why that could not be done."""
        self.ensure_one()
        address = record._message_address()
        if not email_normalize(address or ""):
            self.reason = (
                self.env._("%s is no e-mail address.", address)
                if address
                else self.env._("The customer has no e-mail address.")
            )
            return
        try:
            with self.env.cr.savepoint():
                mail_id = self._template().send_mail(record.id)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown in the list and the trail
            _logger.warning("Message %s is held: %s", self.id, error)
            self.reason = str(error)
            return
        self.write(
            {
                "state": "sent",
                "reason": False,
                "email": address,
                "mail_id": mail_id,
                "sent_at": fields.Datetime.now(),
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _queue_again(self):
        """Let the queue try a mail again that the server did not take."""
        self.mail_id.mark_outgoing()
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    @api.model
    def _tell_trails(self, mails):
        """Show in the payments' trails which of these mails were not delivered."""
        sent = self.sudo().search(
            [("mail_id", "in", mails.ids), ("kind", "in", ("receipt", "refund"))]
        )
        effects = (
            self.env["payment.effect"]
            .sudo()
            .search(
                [
                    ("transaction_id", "in", sent.mapped("record_id")),
                    ("kind", "=", "receipt"),
                ]
            )
        )
        by_payment = {effect.transaction_id.id: effect for effect in effects}
        for message in sent:
            effect = by_payment.get(message.record_id)
            outcome = message._outcome()
            if effect and effect.state != outcome.state:
                effect._record(outcome)

    def _template(self):
        return (
            self.env.ref(f"integrated_payments.mail_template_{self.kind}")
            .sudo()
            .with_company(self.company_id)
        )

    def _record(self):
        """Return what the template is rendered for, empty if it is gone."""
        model = "payment.transaction"
        if self.kind in ("upcoming", "dispute_closed"):
            model = self.res_model
        return self.env[model].browse(self.record_id).exists()

    @api.model
    def _retry_held(self):
        """Try again what is held, with a bound; old ones are left as they are."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=RETRY_DAYS)
        held = self.sudo().search(
            [("state", "=", "held"), ("create_date", ">=", since)], limit=RETRY_LIMIT
        )
        for message in held:
            record = message._record()
            if record:
                message._deliver(record)

    def action_retry(self):
        """Try again now; with a wrong address: correct it on the customer first."""
        self.check_access("write")
        for message in self.sudo():
            record = message._record()
            if message.state == "held" and record:
                message._deliver(record)
            elif message.mail_state == "exception":
                message._queue_again()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # === DOCUMENTS === #

    @api.model
    def _attach_documents(self, mails):
        """Print what belongs to mails that are leaving; a mail never waits for it.

        Not when the payment is booked: printing takes seconds.
        """
        wanted = self.sudo().search(
            [("mail_id", "in", mails.ids), ("pdf_wanted", "=", True)]
        )
        wanted.pdf_wanted = False
        for message in wanted:
            try:
                with self.env.cr.savepoint():
                    message._attach_receipt()
            except psycopg2.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 - kept with the message
                _logger.warning("Receipt of message %s: %s", message.id, error)
                message.reason = self.env._("Sent without PDF: %s", error)

    def _attach_receipt(self):
        """Attach the payment's receipt, in the customer's language."""
        payment = self._record().payment_id
        if not payment:
            return
        lang = self._record().partner_lang or self.partner_id.lang
        content, _kind = (
            self.env["ir.actions.report"]
            .with_company(self.company_id)
            .with_context(lang=lang or self.env.lang)
            ._render_qweb_pdf("account.action_report_payment_receipt", payment.ids)
        )
        self.mail_id.attachment_ids = [
            fields.Command.create(
                {
                    "name": f"{payment.name or self.env._('Receipt')}.pdf".replace(
                        "/", "-"
                    ),
                    "raw": content,
                    "mimetype": "application/pdf",
                    "res_model": "mail.message",
                    "res_id": self.mail_id.mail_message_id.id,
                }
            )
        ]


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        """Complete our messages with their documents; tell what did not arrive."""
        Message = self.env["payment.message"]
        Message._attach_documents(self)
        result = super().send(*args, **kwargs)
        Message._tell_trails(self.exists())
        return result
