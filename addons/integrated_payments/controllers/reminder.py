"""One link that pays all invoices of a reminder, at what is open at that moment."""

from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount


class ReminderPortal(PortalAccount):
    @route("/my/reminders/<int:reminder_id>", type="http", auth="public", website=True)
    def portal_reminder(self, reminder_id, access_token=None, **kwargs):
        """Show what is open now of a reminder's invoices, with the payment form."""
        try:
            reminder = self._document_check_access(
                "payment.reminder", reminder_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        moves = reminder._open_moves()
        values = {"reminder": reminder, "moves": moves, "page_name": "reminder"}
        if moves:
            token = reminder._portal_ensure_token()
            amount = sum(moves.mapped("amount_residual"))
            values["amount"] = amount
            values |= self._get_common_page_view_values(
                invoices_data={
                    "partner": reminder.address_id,
                    "company": reminder.company_id,
                    "total_amount": amount,
                    "currency": reminder.currency_id,
                    "amount_residual": amount,
                    "landing_route": reminder.get_portal_url(),
                    "transaction_route": f"/my/reminders/{reminder.id}/transaction",
                },
                access_token=token,
            )
        return request.render("integrated_payments.portal_reminder", values)


class ReminderPayment(PaymentPortal):
    @route("/my/reminders/<int:reminder_id>/transaction", type="jsonrpc", auth="public")
    def reminder_transaction(self, reminder_id, access_token, amount=None, **kwargs):
        """Start the payment of all invoices that are open now.

        :raise ValidationError: if the token is wrong, nothing is open, or the amount
            changed since the page was opened
        """
        try:
            reminder = self._document_check_access(
                "payment.reminder", reminder_id, access_token
            )
        except AccessError as error:
            raise ValidationError(
                request.env._("The access token is invalid.")
            ) from error
        moves = reminder._open_moves()
        due = sum(moves.mapped("amount_residual"))
        currency = reminder.currency_id
        if not moves or currency.compare_amounts(float(amount or 0), due):
            raise ValidationError(
                request.env._("What is open has changed. Please reload the page.")
            )
        user = request.env.user
        payer = reminder.address_id if user._is_public() else user.partner_id
        kwargs.pop("payment_reference", None)
        self._validate_transaction_kwargs(kwargs)
        return self._process_transaction(
            payer.id, currency.id, moves.ids, False, amount=due, **kwargs
        )
