import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PaymentStripe } from "@pos_stripe/app/payment_stripe";

patch(PaymentStripe.prototype, {
    /**
     * Give money back to the card that paid: no card has to be read for it, and the
     * terminal takes no negative amounts.
     */
    async sendPaymentRequest(uuid) {
        const line = this.pos.getOrder().getSelectedPaymentline();
        if (line.amount >= 0) {
            return super.sendPaymentRequest(...arguments);
        }
        line.setPaymentStatus("waiting");
        try {
            const refund = await this.pos.data.call(
                "pos.payment.method",
                "stripe_refund_payment",
                [[line.payment_method_id.id], -line.amount, this.refundedOrderId(line)]
            );
            line.transaction_id = refund.id;
            line.setPaymentStatus("done");
            return true;
        } catch (error) {
            this._showError(error.data?.message || error.message, _t("Refund"));
            line.setPaymentStatus("retry");
            return false;
        }
    },

    /** The order whose goods come back; false if this is no refund of an order. */
    refundedOrderId(line) {
        const refunded = line.pos_order_id.lines
            .map((each) => each.refunded_orderline_id?.order_id?.id)
            .find(Boolean);
        return refunded || false;
    },
});
