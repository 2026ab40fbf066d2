"""Documents of Odoo that may answer a dispute. They are handed on, never copied.

A document is named by where it comes from; its content is made when it is sent.
"""

from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from odoo import models
from odoo.tools import html2plaintext, is_html_empty

from ..domain.evidence import fields_for

MIMETYPES = ("application/pdf", "image/jpeg", "image/png")
TALK = ("email", "email_outgoing", "comment")
MESSAGES = 200  # newest messages with the customer, at most
ATTACHMENTS = 50


@dataclass(frozen=True)
class Document:
    """One document: what it is for, its name, and where its content comes from."""

    use: str  # a key of domain.evidence.FILES
    name: str
    kind: str  # how its content is made: see _document_content
    record: Any


class PaymentDispute(models.Model):
    _inherit = "payment.dispute"

    def _evidence_documents(self):
        """Return [(Document, proposed)]: what there is, and what the reason asks for.

        The gateway takes one file for each use: the first of a use is proposed.
        """
        asked, taken, found = set(fields_for(self.dispute_reason)), set(), []
        for document in self.sudo()._documents():
            proposed = (
                document.use in asked
                and document.use not in taken
                and document.kind != "attachment"
            )
            if proposed:
                taken.add(document.use)
            found.append((document, proposed))
        return found

    def _documents(self):
        """Yield all documents, the best of each use first."""
        invoices, pickings = self._evidence_invoices(), self._evidence_pickings()
        for invoice in invoices:
            yield Document("receipt", f"{invoice.name}.pdf", "invoice", invoice)
        payment = self.transaction_id.payment_id
        if payment:
            yield Document("receipt", f"{payment.name}.pdf", "receipt", payment)
        for picking in pickings:
            use = "shipping_documentation"
            yield Document(use, f"{picking.name}.pdf", "delivery", picking)
        for signed in [*pickings, *self._evidence_orders()]:
            if signed.signature:
                name = self.env._("Signature %s.png", signed.name)
                yield Document("customer_signature", name, "signature", signed)
        if self._conversation():
            name = self.env._("Messages with the customer.pdf")
            yield Document("customer_communication", name, "messages", self)
        for attachment in self._attachments():
            use = "uncategorized_file"
            yield Document(use, attachment.name, "attachment", attachment)

    def _evidence_sources(self):
        return [
            self,
            *self._evidence_orders(),
            *self._evidence_invoices(),
            *self._evidence_pickings(),
        ]

    def _attachments(self):
        """Return PDFs and pictures on order, invoice, delivery and dispute."""
        Attachment = self.env["ir.attachment"]
        found = Attachment
        for record in self._evidence_sources():
            found |= Attachment.search(
                [
                    ("res_model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("res_field", "=", False),
                    ("mimetype", "in", MIMETYPES),
                ],
                limit=ATTACHMENTS,
            )
        return found - self._evidence_invoices().invoice_pdf_report_id

    def _conversation(self):
        """Return what was written to the customer and by the customer, oldest first.

        Internal notes are left out: the bank shows evidence to the customer.
        """
        people = self.partner_id.commercial_partner_id
        people |= people.with_context(active_test=False).child_ids
        messages = self.env["mail.message"]
        for record in self._evidence_sources()[1:]:
            messages |= record.message_ids.filtered(
                lambda each: (
                    each.message_type in TALK
                    and not each.is_internal
                    and not each.subtype_id.internal
                    and not is_html_empty(each.body)
                    and (each.author_id in people or each.partner_ids & people)
                )
            )
        return messages.sorted("date")[-MESSAGES:]

    # === CONTENT === #

    def _document_content(self, kind, record):
        """Return the bytes of a document, made now; see :class:`Document`."""
        return getattr(self.sudo(), f"_content_of_{kind}")(record)

    def _pdf_of(self, report, record):
        content, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            report, record.ids
        )
        return content

    def _content_of_invoice(self, invoice):
        """Return the PDF that was sent; the invoice printed now if none was."""
        sent = invoice.invoice_pdf_report_id
        return sent.raw if sent else self._pdf_of("account.account_invoices", invoice)

    def _content_of_receipt(self, payment):
        return self._pdf_of("account.action_report_payment_receipt", payment)

    def _content_of_delivery(self, picking):
        return self._pdf_of("stock.action_report_delivery", picking)

    def _content_of_signature(self, record):
        return b64decode(record.signature)

    def _content_of_attachment(self, attachment):
        return attachment.raw

    def _content_of_messages(self, _dispute):
        """Return the conversation as a PDF.

        As plain text: printing a customer's mail must not load what it links to.
        """
        page = self.env["ir.qweb"]._render(
            "integrated_payments.evidence_messages",
            {
                "dispute": self,
                "messages": self._conversation(),
                "plain": html2plaintext,
            },
        )
        return self.env["ir.actions.report"]._run_wkhtmltopdf([str(page)])
