from . import payment_report
