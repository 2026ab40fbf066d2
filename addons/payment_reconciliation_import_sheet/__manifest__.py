{
    "name": "Payment Reconciliation: CSV and XLSX Statements",
    "summary": "OCA's sheet importer, with its errors line by line",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Integrated Payments",
    "license": "AGPL-3",
    "depends": [
        "payment_reconciliation_import",
        "account_statement_import_sheet_file",
    ],
    "data": [
        "security/ir.model.access.csv",
        "views/account_statement_import_views.xml",
    ],
    "auto_install": True,
}
