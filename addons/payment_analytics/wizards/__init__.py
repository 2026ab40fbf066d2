from . import (
    base_partner_merge,
    payment_price_simulation,
    payment_price_simulation_line,
    payment_forecast_replay,
)
