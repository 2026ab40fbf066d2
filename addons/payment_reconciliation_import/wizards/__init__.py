from . import (
    account_statement_import,
    account_statement_import_notes,
    account_statement_import_plan,
)
