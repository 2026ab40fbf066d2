from . import pay_link, payment_messages, webhook
from . import portal, webhook
from . import payment_messages, webhook
from . import pay_link, webhook
from . import reminder, webhook
