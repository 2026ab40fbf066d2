from . import payment_forecast_curve, payment_report
