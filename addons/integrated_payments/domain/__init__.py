"""The rules of the trade as tables. Plain Python: values in, values out."""
