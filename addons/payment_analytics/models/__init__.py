from . import (
    payment_cohort,
    payment_customer_month,
    payment_customer_snapshot,
    payment_figures,
    payment_forecast_check,
    payment_forecast_line,
    payment_forecast_run,
    payment_target,
    payment_threshold,
    res_company,
    res_config_settings,
)
