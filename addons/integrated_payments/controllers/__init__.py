from . import pay_link, payment_messages, webhook
from . import portal, webhook
