"""All boards that are made of a specification."""

from . import cash, customers, operations, payments, risk, sales

BOARDS = (
    payments.BOARD,
    cash.BOARD,
    customers.BOARD,
    risk.BOARD,
    operations.BOARD,
    sales.BOARD,
)
