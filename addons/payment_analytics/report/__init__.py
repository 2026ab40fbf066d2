from . import payment_dimensions, payment_rollup_table  # others inherit from them

# isort: split
from . import payment_measures

# isort: split
from . import (
    payment_decline_report,
    payment_forecast_curve,
    payment_report,
    payment_rollup,
    payment_settlement_report,
)
