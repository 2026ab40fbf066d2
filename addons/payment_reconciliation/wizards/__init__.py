from . import (
    account_reconcile_model_try,
    bank_reconciliation_report,
    base_partner_merge,
)
