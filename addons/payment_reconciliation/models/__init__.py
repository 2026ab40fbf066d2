from . import (
    account_bank_statement_line,
    account_journal,
    account_match,
    account_match_candidates,
    account_match_posting,
    account_match_run,
    account_move,
    account_partial_reconcile,
    payment_balance_transaction,
    payment_payout,
    payment_transfer_match,
)
