from . import test_camt, test_invoices, test_payouts, test_runs
