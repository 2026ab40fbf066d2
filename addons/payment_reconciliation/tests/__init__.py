from . import (
    test_camt,
    test_charges_and_differences,
    test_invoices,
    test_learning,
    test_own_transfers,
    test_parts_and_groups,
    test_payers,
    test_payouts,
    test_reconcile_model,
    test_reconcile_model_habits,
    test_returned_payments,
    test_runs,
)
