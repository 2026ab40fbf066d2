from . import payment_fact  # the others inherit from it

# isort: split
from . import (
    account_bank_statement_line,
    account_journal,
    account_move,
    payment_balance_transaction,
    payment_books,
    payment_charge,
    payment_dispute,
    payment_effect,
    payment_event,
    payment_event_refusal,
    payment_gateway_account,
    payment_gateway_journal,
    payment_payout,
    payment_proof,
    payment_provider,
    payment_refresh,
    payment_transaction,
    payment_transaction_effects,
    res_company,
    res_config_settings,
    res_currency,
    res_partner,
    sale_order,
)
