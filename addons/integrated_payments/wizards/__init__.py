from . import payment_post_start, payment_post_wizard, payment_refund_wizard
