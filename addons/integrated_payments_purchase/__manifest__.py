{
    "name": "Integrated Payments: Purchase",
    "summary": "The payment trail names the purchase orders that supply a paid order",
    "version": "19.0.1.0.0",
    "category": "Accounting/Payment Providers",
    "author": "Integrated Payments",
    "license": "LGPL-3",
    "depends": ["integrated_payments", "purchase_stock"],
    "auto_install": True,
}
