from . import pay_link, payment_messages, portal, portal_pay_invoices, reminder, webhook
