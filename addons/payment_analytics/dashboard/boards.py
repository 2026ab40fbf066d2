"""All boards that are made of a specification."""

from . import cash, customers, operations, sales

BOARDS = (cash.BOARD, customers.BOARD, operations.BOARD, sales.BOARD)
