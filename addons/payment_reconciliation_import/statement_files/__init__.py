"""Statement files of banks as values: camt, MT940, OFX. Nothing of Odoo is known here.

A file is read as a whole or not at all: what cannot be understood is a *problem* with
its place, and any problem refuses the file. Amounts are decimals as the bank wrote
them.
"""
