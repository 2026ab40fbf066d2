"""Why a payout failed and what to do, in words.

Source: https://docs.stripe.com/api/payouts/failures (codes of ``stripe==16.1.0``).
"""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

ACCOUNT = _lt(
    "Enter another bank account at the gateway (its settings for payouts); it then pays"
    " out again by itself, or on your order if payouts are manual."
)
DETAILS = _lt(
    "Correct the bank account's details at the gateway (its settings for payouts); it"
    " then pays out again."
)
BANK = _lt("Ask your bank why it refuses the credit, then pay out again.")

# Code of the gateway: (what happened, what to do).
FAILURES = {
    "account_closed": (_lt("The bank account has been closed."), ACCOUNT),
    "account_frozen": (_lt("The bank account has been frozen."), BANK),
    "bank_account_restricted": (
        _lt("The bank account does not allow this kind of transfer."),
        BANK,
    ),
    "bank_ownership_changed": (
        _lt("The bank account no longer belongs to the company."),
        ACCOUNT,
    ),
    "could_not_process": (_lt("The bank could not process the payout."), BANK),
    "debit_not_authorized": (
        _lt("The bank account does not allow the gateway to debit it."),
        BANK,
    ),
    "declined": (_lt("The bank declined the payout."), BANK),
    "incorrect_account_holder_address": (
        _lt("The address of the account holder is wrong."),
        DETAILS,
    ),
    "incorrect_account_holder_name": (
        _lt("The name of the account holder is wrong."),
        DETAILS,
    ),
    "incorrect_account_holder_tax_id": (
        _lt("The tax ID of the account holder is wrong."),
        DETAILS,
    ),
    "incorrect_account_type": (_lt("The type of the bank account is wrong."), DETAILS),
    "insufficient_funds": (
        _lt("The gateway's balance, or the debited account, did not suffice."),
        _lt("Wait until the balance suffices, or top it up, then pay out again."),
    ),
    "invalid_account_number": (_lt("The account number is not valid."), DETAILS),
    "invalid_account_number_length": (
        _lt("The account number is too long or too short."),
        DETAILS,
    ),
    "invalid_currency": (
        _lt("The bank account is not kept in this currency."),
        ACCOUNT,
    ),
    "no_account": (_lt("There is no such bank account."), DETAILS),
    "unsupported_card": (_lt("The debit card takes no payouts."), ACCOUNT),
}
