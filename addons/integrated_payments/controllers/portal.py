"""My payments: history and receipts; the company's payment policies.

Portal users have no access to payments: they are read with sudo, always within
``_get_payments_domain``.
"""

from odoo import http
from odoo.fields import Domain
from odoo.http import content_disposition, request

from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.portal.controllers.portal import pager as portal_pager


class PortalPayments(PortalAccount):
    """The customer's own payments, and those of the company they belong to."""

    # === HISTORY === #

    def _get_payments_domain(self):
        """Return what the user may see: payments of their commercial partner.

        Refunds stand below their payment; drafts were never tried to the end.
        """
        partner = request.env.user.commercial_partner_id
        return (
            Domain("partner_id.commercial_partner_id", "=", partner.id)
            & Domain("operation", "not in", ("refund", "validation"))
            & Domain("source_transaction_id", "=", False)
            & Domain("state", "!=", "draft")
        )

    def _get_my_payment(self, payment_id):
        """Return the payment (sudo) if it is the user's, else an empty recordset."""
        domain = self._get_payments_domain() & Domain("id", "=", payment_id)
        return request.env["payment.transaction"].sudo().search(domain)

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "payment_count" in counters:
            values["payment_count"] = (
                request.env["payment.transaction"]
                .sudo()
                .search_count(self._get_payments_domain())
            )
        return values

    def _payment_sortings(self):
        return {
            "date": {
                "label": request.env._("Date"),
                "order": "create_date desc, id desc",
            },
            "name": {"label": request.env._("Reference"), "order": "reference, id"},
            "amount": {
                "label": request.env._("Amount"),
                "order": "amount desc, id desc",
            },
            "state": {"label": request.env._("Status"), "order": "state, id desc"},
        }

    def _payment_filters(self):
        refunds = Domain("refund_ids.state", "=", "done")
        return {
            "all": {"label": request.env._("All"), "domain": Domain.TRUE},
            "paid": {
                "label": request.env._("Paid"),
                "domain": Domain("state", "=", "done"),
            },
            "pending": {
                "label": request.env._("Pending"),
                "domain": Domain("state", "in", ("pending", "authorized")),
            },
            "failed": {
                "label": request.env._("Failed"),
                "domain": Domain("state", "in", ("error", "cancel")),
            },
            "refunded": {"label": request.env._("Refunded"), "domain": refunds},
        }

    @http.route(
        ["/my/payments", "/my/payments/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_payments(self, page=1, sortby="date", filterby="all", **_kwargs):
        """List the customer's payments, a page at a time."""
        sortings, filters = self._payment_sortings(), self._payment_filters()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        domain = self._get_payments_domain() & filters[filterby]["domain"]
        payments = request.env["payment.transaction"].sudo()
        pager = portal_pager(
            url="/my/payments",
            url_args={"sortby": sortby, "filterby": filterby},
            total=payments.search_count(domain),
            page=page,
            step=self._items_per_page,
        )
        return request.render(
            "integrated_payments.portal_my_payments",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "payment",
                "payments": payments.search(
                    domain,
                    order=sortings[sortby]["order"],
                    limit=self._items_per_page,
                    offset=pager["offset"],
                ),
                "pager": pager,
                "default_url": "/my/payments",
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
            },
        )

    @http.route("/my/payments/<int:payment_id>", type="http", auth="user", website=True)
    def portal_my_payment(self, payment_id, **_kwargs):
        """Show one payment; somebody else's leads to the user's own home page."""
        payment = self._get_my_payment(payment_id)
        if not payment:
            return request.redirect("/my")
        return request.render(
            "integrated_payments.portal_my_payment",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "payment",
                "payment": payment,
            },
        )

    @http.route(
        "/my/payments/<int:payment_id>/receipt",
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_payment_receipt(self, payment_id, **_kwargs):
        """Answer the receipt as PDF, once the payment is booked."""
        receipt = self._get_my_payment(payment_id)._portal_receipt()
        if not receipt:
            return request.redirect("/my")
        reports = request.env["ir.actions.report"].sudo()
        content, kind = reports._render_qweb_pdf(
            "account.action_report_payment_receipt", receipt.ids
        )
        headers = [
            ("Content-Type", "application/pdf" if kind == "pdf" else "text/html"),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(f"{receipt.name}.pdf")),
        ]
        return request.make_response(content, headers=headers)

    # === POLICIES === #

    @http.route(
        "/payment/policies/<int:company_id>", type="http", auth="public", website=True
    )
    def payment_policies(self, company_id, **_kwargs):
        """Show a company's payment policies: invoices and checkout link here."""
        company = request.env["res.company"].sudo().browse(company_id).exists()
        if not company or not company._has_payment_policies():
            return request.not_found()
        return request.render(
            "integrated_payments.portal_payment_policies", {"policies_of": company}
        )
