from . import account_bank_statement_line, account_match, account_reconcile_model
