from . import payment_customer_snapshot
