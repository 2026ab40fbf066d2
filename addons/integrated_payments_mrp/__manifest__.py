{
    "name": "Integrated Payments: Manufacturing",
    "summary": "The payment trail names the manufacturing orders of a paid order; kits",
    "version": "19.0.1.0.0",
    "category": "Accounting/Payment Providers",
    "author": "Integrated Payments",
    "license": "LGPL-3",
    "depends": ["integrated_payments", "sale_mrp"],
    "auto_install": True,
}
