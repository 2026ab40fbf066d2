{
    "name": "Payment Analytics: Mailings",
    "summary": "Mailings to customers by how they pay",
    "version": "19.0.1.0.0",
    "category": "Marketing/Email Marketing",
    "author": "Integrated Payments",
    "license": "LGPL-3",
    "depends": ["payment_analytics", "mass_mailing"],
    "data": [
        "data/mailing_filter.xml",
        "views/payment_customer_snapshot_views.xml",
    ],
    "installable": True,
    "auto_install": True,
}
