{
    "name": "Payment Reconciliation: OCA Widget",
    "summary": "The explained proposals in OCA's bank reconciliation screen",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Integrated Payments",
    "license": "AGPL-3",
    "depends": ["payment_reconciliation", "account_reconcile_oca"],
    "data": ["views/account_bank_statement_line_views.xml"],
    "auto_install": True,
}
