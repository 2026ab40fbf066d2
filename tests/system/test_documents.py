"""What a paid order leaves with the customer: an invoice that can be opened."""

import base64
import io

from PyPDF2 import PdfReader


def test_paid_order_has_its_invoice_as_pdf(stage):
    """The invoice is made by the program that prints all of Odoo's reports."""
    with stage.invoices_sent():
        payment = stage.buy(("Desk lamp", 2))
        stage.await_trails([payment])
    [invoice] = stage.read(payment, "invoice_ids")
    found = stage.odoo.one(
        "account.move",
        [("id", "=", invoice)],
        ["is_move_sent", "invoice_pdf_report_file"],
    )
    assert found["is_move_sent"] and found["invoice_pdf_report_file"]
    content = base64.b64decode(found["invoice_pdf_report_file"])
    assert content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]
    [page] = PdfReader(io.BytesIO(content)).pages
    assert "/Font" in page["/Resources"] and len(page.get_contents().get_data()) > 5000
