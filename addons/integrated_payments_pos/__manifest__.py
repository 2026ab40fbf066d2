{
    "name": "Integrated Payments: Point of Sale",
    "summary": "One gateway payment per terminal payment; fees and payouts matched",
    "version": "19.0.1.0.0",
    "category": "Accounting/Payment Providers",
    "author": "Integrated Payments",
    "license": "LGPL-3",
    "depends": ["integrated_payments", "pos_stripe"],
    "data": [
        "data/ir_sequence.xml",
        "views/payment_transaction_views.xml",
        "views/pos_order_views.xml",
        "views/pos_payment_views.xml",
        "views/pos_payment_method_views.xml",
        "views/pos_session_views.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": ["integrated_payments_pos/static/src/**/*"],
    },
    "auto_install": True,
}
