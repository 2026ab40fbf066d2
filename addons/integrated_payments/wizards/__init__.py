from . import payment_post_wizard
