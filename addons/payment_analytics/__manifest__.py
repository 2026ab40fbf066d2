{
    "name": "Payment Analytics",
    "summary": "What the payments say: volume, fees, net and success, each defined",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Integrated Payments",
    "license": "LGPL-3",
    "depends": ["payment_reconciliation", "spreadsheet_dashboard_account"],
    "data": [
        "security/ir.model.access.csv",
        "security/ir_rules.xml",
        "views/payment_report_views.xml",
        "data/ir_filters.xml",
        "data/dashboards.xml",
    ],
    "installable": True,
}
