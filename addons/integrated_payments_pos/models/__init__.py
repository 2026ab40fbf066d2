from . import (
    payment_balance_transaction,
    payment_effect,
    payment_outside,
    payment_provider,
    payment_transaction,
    payment_transaction_books,
    pos_order,
    pos_payment,
    pos_payment_link,
    pos_payment_method,
    pos_payment_method_books,
    pos_session,
)
