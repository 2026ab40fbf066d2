from . import account_reconcile_model_try
