"""A stateful stand-in for Stripe's REST API, held to it by the SDK's own annotations.

Real HTTP on loopback, real signatures, real idempotency, its own clock. What it returns
and accepts is validated against schemas derived from the installed ``stripe`` package;
what it models is described in ``README.md`` beside this file.
"""
