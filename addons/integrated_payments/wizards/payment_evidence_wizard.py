from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain.evidence import (
    FILES,
    FILES_TOTAL,
    LONG_TEXT,
    LONG_TEXTS,
    TEXT_TOTAL,
    TEXTS,
    changes,
    fields_for,
    too_long,
)


def _text(name):
    """Return the field of one text of the evidence."""
    field = fields.Text if name in LONG_TEXTS else fields.Char
    return field(TEXTS[name])


class PaymentEvidenceWizard(models.TransientModel):
    """Evidence for one dispute, as a person reviews it before it is sent."""

    _name = "payment.evidence.wizard"
    _description = "Evidence for a dispute"

    dispute_id = fields.Many2one("payment.dispute", required=True, readonly=True)
    reason = fields.Selection(related="dispute_id.reason")
    due_by = fields.Datetime(related="dispute_id.due_by")
    asked = fields.Char(
        compute="_compute_asked", help="The fields that may answer this reason."
    )
    show_all = fields.Boolean("Show All Fields")
    staged = fields.Text("Files at the Gateway", readonly=True)
    file_ids = fields.One2many("payment.evidence.file", "wizard_id", "Documents")

    customer_name = _text("customer_name")
    customer_email_address = _text("customer_email_address")
    customer_purchase_ip = _text("customer_purchase_ip")
    billing_address = _text("billing_address")
    product_description = _text("product_description")
    shipping_address = _text("shipping_address")
    shipping_carrier = _text("shipping_carrier")
    shipping_date = _text("shipping_date")
    shipping_tracking_number = _text("shipping_tracking_number")
    service_date = _text("service_date")
    access_activity_log = _text("access_activity_log")
    duplicate_charge_id = _text("duplicate_charge_id")
    duplicate_charge_explanation = _text("duplicate_charge_explanation")
    refund_policy_disclosure = _text("refund_policy_disclosure")
    refund_refusal_explanation = _text("refund_refusal_explanation")
    cancellation_policy_disclosure = _text("cancellation_policy_disclosure")
    cancellation_rebuttal = _text("cancellation_rebuttal")
    uncategorized_text = _text("uncategorized_text")

    @api.depends("dispute_id.dispute_reason")
    def _compute_asked(self):
        for wizard in self:
            names = fields_for(wizard.dispute_id.dispute_reason)
            wizard.asked = f" {' '.join(names)} "

    @api.model
    def _prepare(self, dispute):
        """Return a wizard filled with what Odoo knows and the gateway's draft.

        A draft that is at the gateway already goes before Odoo's proposal.
        """
        present = dispute._evidence_present()
        drafted = {name: text for name, text in present.items() if name in TEXTS}
        staged = {name: ref for name, ref in present.items() if name in FILES}
        lines = [
            {
                "selected": proposed and document.use not in staged,
                "use": document.use,
                "name": document.name,
                "kind": document.kind,
                "res_model": document.record._name,
                "res_id": document.record.id,
            }
            for document, proposed in dispute._evidence_documents()
        ]
        return self.create(
            {
                **(drafted or dispute._evidence_texts()),
                "dispute_id": dispute.id,
                "staged": "\n".join(
                    f"{FILES[name]}: {ref}" for name, ref in staged.items()
                ),
                "file_ids": [fields.Command.create(line) for line in lines],
            }
        )

    # === ACTIONS === #

    def action_save_draft(self):
        """Save the evidence at the gateway; it can still be changed."""
        return self._send(submit=False)

    def action_submit(self):
        """Hand the evidence to the customer's bank. Final."""
        return self._send(submit=True)

    def _send(self, submit):
        """Check, upload, send.

        :raise UserError: with what to change; nothing was sent then, or the gateway's
            words, if it refuses: nothing was changed
        """
        self.ensure_one()
        dispute = self.dispute_id
        dispute.check_access("write")
        dispute._check_answerable()
        texts = self._checked_texts()
        contents = self._checked_contents()
        present = dispute._evidence_present()
        evidence = changes(texts, present)
        if not (evidence or contents or (submit and present)):
            raise UserError(self.env._("There is nothing to send."))
        names = {}
        for line, content in contents.items():
            ref = dispute._upload(line.name, content)
            evidence[line.use], names[ref] = ref, line.name
        dispute._send_evidence(evidence, submit, names)
        self.file_ids.upload = False  # handed on, not kept
        return {"type": "ir.actions.act_window_close"}

    # === CHECKS === #

    def _checked_texts(self):
        """Return {field: text}.

        :raise UserError: if a text is longer than the gateway takes
        """
        texts = {name: (self[name] or "").strip() for name in TEXTS}
        fields_too_long, total = too_long(texts)
        for name, length in fields_too_long.items():
            raise UserError(
                self.env._(
                    "%(field)s has %(length)s characters, the gateway takes %(limit)s."
                    " Shorten it.",
                    field=TEXTS[name],
                    length=length,
                    limit=LONG_TEXT,
                )
            )
        if total:
            raise UserError(
                self.env._(
                    "The texts have %(length)s characters together, the gateway takes"
                    " %(limit)s. Shorten them.",
                    length=total,
                    limit=TEXT_TOTAL,
                )
            )
        return texts

    def _checked_contents(self):
        """Return {line: bytes} of the ticked documents.

        :raise UserError: if one cannot be read by banks, or they are too large
        """
        ticked = self.file_ids.filtered("selected")
        for use, lines in ticked.grouped("use").items():
            if len(lines) > 1:
                raise UserError(
                    self.env._(
                        "The gateway takes one file as %(use)s, but %(names)s are"
                        " ticked. Choose one, or another use.",
                        use=FILES[use],
                        names=", ".join(lines.mapped("name")),
                    )
                )
        contents = {line: line._checked_content() for line in ticked}
        total = sum(map(len, contents.values()))
        if total > FILES_TOTAL:
            raise UserError(
                self.env._(
                    "The documents have %(size).1f MB together, the gateway takes"
                    " %(limit).1f MB. Untick some, or make them smaller.",
                    size=total / 1e6,
                    limit=FILES_TOTAL / 1e6,
                )
            )
        return contents
