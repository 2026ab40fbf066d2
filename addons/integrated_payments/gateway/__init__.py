"""Translation between a gateway's API and our facts. Plain Python: nothing of Odoo."""
