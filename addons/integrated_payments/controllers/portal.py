"""My payments: history, receipts, and several invoices paid at once.

Portal users have no access to payments: they are read with sudo, always within
``_get_payments_domain``. Invoices are read with the user's own rights.
"""

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.portal.controllers.portal import pager as portal_pager

MOST_INVOICES = 100


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
        _ = request.env._
        return {
            "date": {"label": _("Date"), "order": "create_date desc, id desc"},
            "name": {"label": _("Reference"), "order": "reference, id"},
            "amount": {"label": _("Amount"), "order": "amount desc, id desc"},
            "state": {"label": _("Status"), "order": "state, id desc"},
        }

    def _payment_filters(self):
        _ = request.env._
        refunds = Domain("refund_ids.state", "=", "done")
        return {
            "all": {"label": _("All"), "domain": Domain.TRUE},
            "paid": {"label": _("Paid"), "domain": Domain("state", "=", "done")},
            "pending": {
                "label": _("Pending"),
                "domain": Domain("state", "in", ("pending", "authorized")),
            },
            "failed": {
                "label": _("Failed"),
                "domain": Domain("state", "in", ("error", "cancel")),
            },
            "refunded": {"label": _("Refunded"), "domain": refunds},
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
        payment = self._get_my_payment(payment_id)
        if not payment._portal_receipt():
            return request.redirect("/my")
        return self._show_report(
            model=payment._portal_receipt(),
            report_type="pdf",
            report_ref="account.action_report_payment_receipt",
            download=True,
        )

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

    # === SEVERAL INVOICES AT ONCE === #

    def _get_invoices_to_pay(self, numbers):
        """Return the invoices named in ``numbers`` ("7-8") that can be paid together.

        :raise ValidationError: saying which one cannot be paid, or why not together
        """
        _ = request.env._
        ids = {int(each) for each in numbers.split("-") if each.isdecimal()}
        if not ids or len(ids) > MOST_INVOICES:
            raise ValidationError(
                _("Please choose between 1 and %s invoices.", MOST_INVOICES)
            )
        partner = request.env.user.commercial_partner_id
        invoices = request.env["account.move"].search(
            Domain("id", "in", list(ids))
            & Domain("commercial_partner_id", "=", partner.id)
            & self._get_invoices_domain("out"),
            order="invoice_date_due, id",
        )
        if len(invoices) != len(ids):
            raise ValidationError(_("One of these invoices is not yours to pay."))
        # Found with the user's rights; their transactions are read as Odoo's portal does.
        invoices = invoices.sudo()
        self._check_payable_together(invoices)
        return invoices

    def _check_payable_together(self, invoices):
        _ = request.env._
        settled = invoices.filtered(lambda each: not each._has_to_be_paid())
        if settled:
            names = ", ".join(settled.mapped("name"))
            raise ValidationError(
                _("Nothing is to be paid on %s, or a payment is under way.", names)
            )
        if len(invoices.company_id) > 1:
            raise ValidationError(
                _("These invoices are of different companies: pay them one by one.")
            )
        if len(invoices.currency_id) > 1:
            raise ValidationError(
                _("These invoices are in different currencies: pay them by currency.")
            )

    @http.route("/my/invoices/pay", type="http", auth="user", website=True)
    def portal_pay_invoices(self, **_kwargs):
        """Show the open invoices to choose from; with a choice, the payment form."""
        chosen = request.httprequest.args.getlist("invoice_id")
        if not chosen:
            return self._render_choice()
        try:
            invoices = self._get_invoices_to_pay("-".join(chosen))
        except ValidationError as error:
            return self._render_choice(str(error))
        return request.render(
            "integrated_payments.portal_pay_invoices",
            self._payment_form_values(invoices),
        )

    def _render_choice(self, error=None):
        partner = request.env.user.commercial_partner_id
        invoices = (
            request.env["account.move"]
            .search(
                Domain("commercial_partner_id", "=", partner.id)
                & Domain("payment_state", "in", ("not_paid", "partial", "in_payment"))
                & self._get_invoices_domain("out"),
                order="invoice_date_due, id",
                limit=MOST_INVOICES,
            )
            .sudo()
        )
        return request.render(
            "integrated_payments.portal_choose_invoices",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "pay_invoices",
                "invoices": invoices.filtered(lambda each: each._has_to_be_paid()),
                "error": error,
            },
        )

    def _payment_form_values(self, invoices):
        """Return what Odoo's own payment form needs to pay ``invoices``."""
        total = sum(invoices.mapped("amount_residual"))
        numbers = "-".join(map(str, invoices.ids))
        form = self._get_common_page_view_values(
            invoices_data={
                "partner": invoices.partner_id[:1],
                "company": invoices.company_id,
                "total_amount": total,
                "currency": invoices.currency_id,
                "amount_residual": total,
                "landing_route": "/my/payments",
                "transaction_route": f"/invoice/transaction/several/{numbers}",
            }
        )
        return {
            **self._prepare_portal_layout_values(),
            **form,
            "page_name": "pay_invoices",
            "invoices": invoices,
            "amount": total,
        }


class PaymentSeveral(PaymentPortal):
    """The transaction for several invoices, verified when it is made."""

    @http.route(
        "/invoice/transaction/several/<string:numbers>", type="jsonrpc", auth="user"
    )
    def several_invoices_transaction(self, numbers, **kwargs):
        """Make a draft transaction for the invoices and return how to process it.

        :param str numbers: ids of invoices, joined by "-"
        :raise ValidationError: if one is not the user's, is not open any more, or what
            is open differs from what the customer saw
        """
        kwargs.pop("payment_reference", None)
        kwargs.pop("reference_prefix", None)
        self._validate_transaction_kwargs(kwargs)
        invoices = PortalPayments()._get_invoices_to_pay(numbers)
        total = sum(invoices.mapped("amount_residual"))
        seen = self._cast_as_float(kwargs.pop("amount", None)) or 0.0
        if invoices.currency_id.compare_amounts(total, seen):
            raise ValidationError(
                request.env._("The amount has changed. Please load the page again.")
            )
        prefix = (
            invoices.name
            if len(invoices) == 1
            else invoices.company_id.sudo().get_next_batch_payment_communication()
        )
        user = request.env.user
        if not self._can_partner_pay_in_company(user.partner_id, invoices.company_id):
            raise UserError(request.env._("You cannot pay this company's invoices."))
        return self._process_transaction(
            user.partner_id.id,
            invoices.currency_id.id,
            invoices.ids,
            prefix,
            amount=total,
            **kwargs,
        )
