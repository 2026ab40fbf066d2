"""What is wrong with a statement file, in words that say what to do."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

WORDS = {
    "empty": _lt("The file is empty. Download it from the bank again."),
    "too_large": _lt(
        "The file has %(size)s MB, more than is read at once. Ask the bank for a "
        "shorter period."
    ),
    "no_text": _lt("The file's encoding is damaged. Download it from the bank again."),
    "entities": _lt(
        "The file declares a document type with entities. No bank needs that, and it "
        "can be used for attacks: it was not read. Download it from the bank again; "
        "tell the bank if it happens again."
    ),
    "xml_broken": _lt(
        "The file ends early or is damaged (line %(line)s). Download it from the bank "
        "again."
    ),
    "no_statement": _lt(
        "There is no statement in the file. Choose a period with movements and "
        "download it again."
    ),
    "no_account": _lt(
        "Statement %(statement)s names no account. Ask the bank for camt.053 with the "
        "account's IBAN."
    ),
    "bad_amount": _lt('"%(value)s" is no amount.'),
    "bad_side": _lt('"%(value)s" says neither credit (CRDT) nor debit (DBIT).'),
    "bad_balance": _lt('A balance is damaged: "%(value)s".'),
    "bad_date": _lt('"%(value)s" is no date.'),
    "no_date": _lt("The booking date is missing."),
    "entry_currency": _lt(
        "The amount is in %(currency)s, but the account is kept in %(expected)s."
    ),
    "balance": _lt(
        "Statement %(statement)s does not add up: opening %(opening)s and %(count)s "
        "lines of together %(total)s do not make the closing %(closing)s %(currency)s; "
        "the difference is %(difference)s. Lines are missing or were changed: download "
        "the file from the bank again."
    ),
    "mt940_broken": _lt(
        "The file is not MT940 as SWIFT defines it (%(detail)s). Ask the bank for "
        "camt.053."
    ),
    "mt940_not_closed": _lt(
        "The statement that begins here has no closing balance (:62F:): the file ends "
        "early. Download it from the bank again."
    ),
    "mt940_entry": _lt('This entry does not follow the format: "%(value)s".'),
    "ofx_broken": _lt(
        "The file is not OFX as it is defined (%(detail)s). Download it from the bank "
        "again."
    ),
    "ofx_not_closed": _lt(
        "<%(tag)s> is not closed: the file ends early or is damaged. Download it from "
        "the bank again."
    ),
    "ofx_missing": _lt("A transaction has no <%(tag)s>."),
    "zip_broken": _lt(
        "The archive is damaged or protected by a password. Unpack it and import the "
        "files one by one."
    ),
    "zip_too_large": _lt(
        "The archive holds more than is read at once. Unpack it and import the files "
        "one by one."
    ),
    "zip_unknown": _lt(
        "It is no statement file (CAMT, MT940 or OFX). Remove it from the archive."
    ),
    "more": _lt("… and %(count)s more."),
}
PLACES = {
    "file": "%(file)s",
    "entry": _lt("entry %(entry)s"),
    "line": _lt("line %(line)s"),
}


def words(env, problem):
    """Return a problem as a sentence with its place.

    :param problem: ``statement_files.values.Problem``
    """
    figures = problem.figures
    sentence, said_in = env._(WORDS[problem.kind]), str(WORDS[problem.kind])
    places = []
    for name, place in PLACES.items():
        if figures.get(name) and f"%({name})s" not in said_in:
            pattern = env._(place)
            places.append(pattern % figures)
    said = sentence % figures
    where = ", ".join(places)
    return f"{where[:1].upper()}{where[1:]}: {said}" if where else said
