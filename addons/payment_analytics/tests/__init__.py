from . import (
    test_customers,
    test_alerts,
    test_dashboard,
    test_payment_report,
    test_report_channels,
    test_report_rights,
    test_targets,
)
