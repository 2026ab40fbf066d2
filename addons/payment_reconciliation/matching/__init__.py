"""Which open item a bank line pays: values in, values out, nothing of Odoo.

The way of a line::

    extract  text            -> references, whole, white space removed
    keys     open item       -> the references that it is known by
    candidates               -> pairs that share a key or an amount
    amounts  pair            -> what explains the amount: exact, discount, a part
    score    candidate       -> evidence, each piece with a weight in bits
    groups   line            -> several documents that the text names, paid together
    gates    candidate       -> why it may not be posted by itself
    assign   all candidates  -> what to post, what only to propose; a tie abstains
"""
