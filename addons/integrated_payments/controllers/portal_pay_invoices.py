"""Several invoices of the portal paid at once.

Invoices are found with the user's own rights.
"""

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount

MOST_INVOICES = 100


class PortalPayInvoices(PortalAccount):
    """The customer chooses open invoices and pays them with one payment."""

    def _get_invoices_to_pay(self, numbers):
        """Return the invoices named in ``numbers`` ("7-8") that can be paid together.

        :raise ValidationError: saying which one cannot be paid, or why not together
        """
        ids = {int(each) for each in numbers.split("-") if each.isdecimal()}
        if not ids or len(ids) > MOST_INVOICES:
            raise ValidationError(
                request.env._("Please choose between 1 and %s invoices.", MOST_INVOICES)
            )
        partner = request.env.user.commercial_partner_id
        invoices = request.env["account.move"].search(
            Domain("id", "in", list(ids))
            & Domain("commercial_partner_id", "=", partner.id)
            & self._get_invoices_domain("out"),
            order="invoice_date_due, id",
        )
        if len(invoices) != len(ids):
            raise ValidationError(
                request.env._("One of these invoices is not yours to pay.")
            )
        # Found with the user's rights; transactions are read as Odoo's portal does.
        invoices = invoices.sudo()
        self._check_payable_together(invoices)
        return invoices

    def _check_payable_together(self, invoices):
        settled = invoices.filtered(lambda each: not each._has_to_be_paid())
        if settled:
            names = ", ".join(settled.mapped("name"))
            raise ValidationError(
                request.env._(
                    "Nothing is to be paid on %s, or a payment is under way.", names
                )
            )
        if len(invoices.company_id) > 1:
            raise ValidationError(
                request.env._(
                    "These invoices are of different companies: pay them one by one."
                )
            )
        if len(invoices.currency_id) > 1:
            raise ValidationError(
                request.env._(
                    "These invoices are in different currencies: pay them by currency."
                )
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
        invoices = PortalPayInvoices()._get_invoices_to_pay(numbers)
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
