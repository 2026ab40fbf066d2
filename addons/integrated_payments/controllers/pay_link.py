"""The short payment link, and the mark that tells how a customer came to pay."""

import time

from werkzeug.exceptions import NotFound

from odoo.http import Controller, request, route

from odoo.addons.payment.controllers.portal import PaymentPortal

MARK = "payment_came_by"  # in the visitor's session: {document: [channel, time]}
MARK_HOURS = 24
MARKS = 20  # documents per visitor that are remembered
# Pages that a visitor who is not logged in reaches by a link only.
LINKED = ("/my/orders/", "/invoice/transaction/", "/payment/transaction")


class PayLink(Controller):
    @route("/pay/<string:code>", type="http", auth="public", sitemap=False)
    def pay(self, code, by="mobile", **_kwargs):
        """Lead to the page where the document is paid, or shown if nothing is open."""
        document = request.env["payment.pay.link"]._pay_document(code)
        if not document:
            raise NotFound()
        marks = dict(request.session.get(MARK) or {})
        channel = by if by in ("mobile", "link") else "mobile"
        marks[f"{document._name},{document.id}"] = [channel, time.time()]
        request.session[MARK] = dict(list(marks.items())[-MARKS:])
        return request.redirect(document._pay_path())


class PaymentPortalChannel(PaymentPortal):
    def _create_transaction(self, *args, **kwargs):
        """Keep how the customer came; whatever provider is chosen."""
        transaction = super()._create_transaction(*args, **kwargs)
        if came_by := self._came_by(transaction):
            transaction.came_by = came_by
        return transaction

    def _came_by(self, transaction):
        """Return link, mobile or None, of the documents that are being paid."""
        since = time.time() - MARK_HOURS * 3600
        marks = request.session.get(MARK) or {}
        for document in [*transaction.sale_order_ids, *transaction.invoice_ids]:
            channel, at = marks.get(f"{document._name},{document.id}", (None, 0))
            if channel and at >= since:
                return channel
        path = request.httprequest.path
        if request.env.user._is_public() and path.startswith(LINKED):
            return "link"
        return None
