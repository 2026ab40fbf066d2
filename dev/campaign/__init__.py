"""A thousand mixed payments through a real server: is the ledger right at the end?"""
