from base64 import b64decode

from odoo import fields, models
from odoo.exceptions import UserError

from ..domain.evidence import FILES, file_type


class PaymentEvidenceFile(models.TransientModel):
    """One document that may be handed on: of Odoo, or uploaded for this purpose."""

    _name = "payment.evidence.file"
    _description = "Document as evidence for a dispute"
    _order = "selected desc, id"

    wizard_id = fields.Many2one(
        "payment.evidence.wizard", required=True, ondelete="cascade"
    )
    selected = fields.Boolean("Send", default=True)
    use = fields.Selection(
        list(FILES.items()), required=True, default="uncategorized_file"
    )
    name = fields.Char("Document", required=True)
    kind = fields.Selection(
        [
            ("invoice", "Invoice"),
            ("receipt", "Payment Receipt"),
            ("delivery", "Delivery Slip"),
            ("signature", "Signature"),
            ("messages", "Messages"),
            ("attachment", "Attachment"),
            ("upload", "Uploaded"),
        ],
        default="upload",
        required=True,
        readonly=True,
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Integer(readonly=True)
    upload = fields.Binary("File", attachment=False)

    def _checked_content(self):
        """Return the bytes of the document.

        :raise UserError: if it is empty or no PDF, JPEG or PNG
        """
        content = self._content()
        if not content:
            raise UserError(self.env._("%s is empty: upload a file.", self.name))
        if not file_type(content):
            raise UserError(
                self.env._(
                    "%s is no PDF, JPEG or PNG, and banks read nothing else. Convert it"
                    " first.",
                    self.name,
                )
            )
        return content

    def _content(self):
        if self.kind == "upload":
            return b64decode(self.upload or b"")
        dispute = self.wizard_id.dispute_id
        wanted = (self.kind, self.res_model, self.res_id)
        for document, _proposed in dispute._evidence_documents():
            record = document.record
            if (document.kind, record._name, record.id) == wanted:
                return dispute._document_content(self.kind, record)
        raise UserError(self.env._("%s is no longer there.", self.name))

    def action_open(self):
        """Open the record that the document comes from."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        if self.kind == "attachment":
            return {
                "type": "ir.actions.act_url",
                "url": f"/web/content/{record.id}",
                "target": "new",
            }
        return {**record._get_records_action(), "target": "new"}
