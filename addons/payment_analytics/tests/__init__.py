from . import (
    test_alerts,
    test_boards,
    test_customers,
    test_dashboard,
    test_fees,
    test_forecast,
    test_payment_report,
    test_report_channels,
    test_report_rights,
    test_rollup,
    test_rollup_workers,
    test_targets,
)
