from . import payment_messages, webhook
from . import pay_link, webhook
