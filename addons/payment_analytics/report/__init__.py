from . import (
    payment_board_table,
    payment_dimensions,
    payment_measured,
    payment_rollup_table,
)

# isort: split
# The tables above are what the others inherit from.
from . import payment_measures

# isort: split
from . import (
    payment_balance_report,
    payment_behind,
    payment_customer_report,
    payment_decline_report,
    payment_effect_report,
    payment_event_report,
    payment_forecast_curve,
    payment_network_report,
    payment_operations_report,
    payment_pace_report,
    payment_payout_report,
    payment_receivable_report,
    payment_report,
    payment_report_fees,
    payment_rollup,
    payment_settlement_report,
    payment_year_later,
)

# isort: split
from . import payment_rollup_brief  # made after the rollup
