from . import payment_messages, webhook
