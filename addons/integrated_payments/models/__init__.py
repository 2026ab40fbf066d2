from . import payment_fact  # the others inherit from it

# isort: split
from . import (
    account_bank_statement_line,
    account_journal,
    account_journal_dashboard,
    account_move,
    payment_balance_proof,
    payment_balance_proof_line,
    payment_balance_transaction,
    payment_books,
    payment_charge,
    payment_dispute,
    payment_effect,
    payment_event,
    payment_event_refusal,
    payment_gateway_account,
    payment_gateway_journal,
    payment_overview,
    payment_payout,
    payment_posting_choice,
    payment_posting_rule,
    payment_proof,
    payment_proof_causes,
    payment_provider,
    payment_refresh,
    payment_suspense,
    payment_transaction,
    payment_transaction_effects,
    res_company,
    res_config_settings,
    res_currency,
    res_partner,
    sale_order,
)

# isort: split
from . import (  # these extend the payments above
    payment_async,
    payment_capture,
    payment_links,
    payment_reversal,
)
