from . import (
    test_async,
    test_balance_proof,
    test_books,
    test_captures,
    test_currencies,
    test_effects,
    test_event,
    test_links,
    test_overview,
    test_posting_choice,
    test_provider,
    test_webhook,
)
