from . import (
    base_partner_merge,
    payment_customer_pricelist,
    payment_forecast_replay,
    payment_price_simulation,
    payment_price_simulation_line,
)
