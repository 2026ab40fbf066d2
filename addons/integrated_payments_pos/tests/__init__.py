from . import test_terminal, test_terminal_bad_input, test_terminal_refunds
