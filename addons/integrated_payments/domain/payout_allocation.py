"""Which movements a manual payout pays out: the gateway does not say, so by rule.

First in, first out: the movements that were available first, taken whole, until they
cover what left the balance. Money has no name, so a payout may end in the middle of a
movement: what is left of it is carried forward to the next payout. For every payout::

    brought forward + sum of the movements - carried forward = what left the balance

and so, over all payouts, the sum of the movements less what is still carried is the sum
of the payouts: the row stays provable to the cent.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Allocation:
    """The movements that make up a payout; amounts in minor units."""

    needed: int
    brought: int
    taken: tuple = ()  # keys of the movements, oldest first
    total: int = 0  # sum of their nets

    @property
    def carried(self):
        """What is left for the next payout; negative: so much is missing."""
        return self.brought + self.total - self.needed

    @property
    def covers(self):
        """Whether the movements are enough."""
        return self.carried >= 0


def propose(needed, movements, brought=0):
    """Return the :class:`Allocation` of a payout.

    The shortest row of oldest movements whose sum is exact; if no row is, the shortest
    that covers; if none covers, all of them (and ``carried`` says what is missing).

    :param int needed: what left the balance: the payout and the fee on it
    :param movements: [(key, net)], the one that was available first comes first
    :param int brought: what the payout before left of its movements
    """
    covering, running, taken = None, brought, []
    if running == needed:
        return Allocation(needed, brought)
    for key, net in movements:
        running += net
        taken.append(key)
        if running == needed:
            return Allocation(needed, brought, tuple(taken), running - brought)
        if running > needed and covering is None:
            covering = len(taken), running
    if brought > needed:
        return Allocation(needed, brought)
    length, running = covering or (len(taken), running)
    return Allocation(needed, brought, tuple(taken[:length]), running - brought)
