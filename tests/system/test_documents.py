"""What a paid order leaves with the customer: an invoice that can be opened."""

import base64


def test_paid_order_has_its_invoice_as_pdf(stage):
    """The invoice is made by the program that prints all of Odoo's reports."""
    payment = stage.buy(("Desk lamp", 2))
    stage.await_state(payment, "done")
    stage.await_trails([payment])
    invoices = stage.read(payment, "invoice_ids")
    found = stage.odoo.find(
        "ir.attachment",
        [("res_model", "=", "account.move"), ("res_id", "in", invoices)],
        ["name", "mimetype", "datas"],
    )
    pdfs = [each for each in found if each["mimetype"] == "application/pdf"]
    assert len(pdfs) == 1, found
    content = base64.b64decode(pdfs[0]["datas"])
    assert content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]
    assert b"wkhtmltopdf" in content, "made by another program"
    assert len(content) > 10_000, "a page without its content"
