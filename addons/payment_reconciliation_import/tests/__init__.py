from . import (
    test_background,
    test_bad_input,
    test_bad_texts,
    test_import,
    test_originals,
)
