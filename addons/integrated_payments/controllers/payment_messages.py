"""The door by which a customer declines reminders; opening a link changes nothing."""

from odoo import http
from odoo.http import request


class PaymentMessages(http.Controller):
    """Asked for by GET, done by POST: mail scanners open every link."""

    @http.route(
        "/payment/messages/stop/<int:partner_id>/<string:key>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        website=True,
        sitemap=False,
    )
    def stop(self, partner_id, key, **_form):
        """Let the customer whose signed address this is decline reminders.

        :return: a page, 404 for an address that we did not give
        """
        partner = request.env["res.partner"].sudo().browse(partner_id).exists()
        if not partner or not partner._is_payment_stop_key(key):
            return request.not_found()
        done = request.httprequest.method == "POST"
        if done:
            partner.payment_no_reminders = True
        company = partner.company_id or request.env.company
        return request.render(
            "integrated_payments.payment_stop_page",
            {"done": done, "company": company},
        )
