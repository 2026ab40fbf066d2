from . import test_payment_report, test_report_rights
