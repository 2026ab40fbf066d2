"""How likely it is to see as much by mere chance: tails of distributions, exactly.

Plain Python, no numerical library. The incomplete beta function follows Press et al.,
"Numerical Recipes", 3rd edition, §6.4 (continued fraction of Lentz); the tails in terms
of it are those of NIST's "Digital Library of Mathematical Functions", §8.17.
"""

from math import exp, inf, lgamma, log, log1p, sqrt
from statistics import median

TINY = 1e-300
TERMS = 400  # bound of the continued fraction
MAD_TO_SIGMA = 1.4826  # of a normal distribution


def beta_cdf(x, a, b):
    """Return the regularised incomplete beta function I_x(a, b)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x, a, b):
    """Return the continued fraction of the incomplete beta function."""
    c, d = 1.0, 1 / _apart(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _apart(1 + even * d)
        c = _apart(1 + even / c)
        result *= c * d
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _apart(1 + odd * d)
        c = _apart(1 + odd / c)
        result *= c * d
        if abs(c * d - 1) < 1e-13:
            break
    return result


def _apart(number):
    """Keep a denominator away from zero."""
    return number if abs(number) > TINY else TINY


def binomial_tail(hits, tries, rate):
    """Return P(at least ``hits`` of ``tries``) at a known rate."""
    if hits <= 0:
        return 1.0
    if hits > tries:
        return 0.0
    return beta_cdf(rate, hits, tries - hits + 1)


def beta_binomial_tail(hits, tries, past_hits, past_tries):
    """Return P(at least ``hits`` of ``tries``), the rate known from the past only.

    The rate's own uncertainty is in it (Jeffreys' prior): a short past proves little.
    Counts may be fractions, as after a discount for overdispersion.
    """
    if hits <= 0:
        return 1.0
    a, b = past_hits + 0.5, past_tries - past_hits + 0.5
    start, end = int(hits), int(tries)
    if end - start > 5000:  # far out the sum is dear, and a known rate is as good
        return binomial_tail(hits, tries, a / (a + b))
    base = lgamma(tries + 1) - _log_beta(a, b)
    total = 0.0
    for count in range(start, end + 1):
        total += exp(
            base
            - lgamma(count + 1)
            - lgamma(tries - count + 1)
            + _log_beta(count + a, tries - count + b)
        )
    return min(total, 1.0)


def _log_beta(a, b):
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def negative_binomial_tail(count, mean, size):
    """Return P(at least ``count``) of counts that vary more than Poisson's.

    :param float size: variance = mean + mean² / size; infinite for Poisson
    """
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    size = min(size, 1e7)
    return beta_cdf(mean / (mean + size), count, size)


def student_tail(t, degrees):
    """Return P(T > t) of Student's distribution."""
    tail = beta_cdf(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
    return tail if t > 0 else 1 - tail


def spread_of_counts(counts):
    """Return (mean, size) of a negative binomial fitted to past counts, carefully.

    Both lean to the side of no alarm: the mean by its standard error, the variance by
    three of its own.
    """
    number = len(counts)
    mean = (sum(counts) + 0.5) / number
    variance = sum((each - mean) ** 2 for each in counts) / max(number - 1, 1)
    return lean_to_more(mean, variance, number)


def lean_to_more(mean, variance, number, errors=3):
    """Return (mean, size) of a negative binomial that counts may well come from.

    The more uneven counts are, the less a few of them say of their variance, whose
    standard error is sqrt((excess kurtosis + 2) / number) times itself.

    :param int number: of the counts that mean and variance were taken of
    :param float errors: standard errors by which the variance may be higher
    """
    mean += sqrt(max(variance, mean) / number)
    if variance <= 0:
        return mean, inf
    kurtosis = 6 * max(variance - mean, 0) / mean**2 + 1 / variance
    variance *= 1 + errors * sqrt((kurtosis + 2) / number)
    return mean, (mean * mean / (variance - mean) if variance > mean else inf)


def overdispersion(parts):
    """Return by how much a share varies from day to day beyond chance, at least 1.

    :param parts: (hits, tries) of each past day; Pearson's chi-square per degree
    """
    parts = [(hits, tries) for hits, tries in parts if tries]
    total = sum(tries for _hits, tries in parts)
    if len(parts) < 2 or not total:
        return 1.0
    rate = (sum(hits for hits, _tries in parts) + 0.5) / (total + 1)
    chi = sum((hits - tries * rate) ** 2 / tries for hits, tries in parts)
    return max(1.0, chi / (rate * (1 - rate)) / (len(parts) - 1))


def middle_and_spread(numbers):
    """Return (median, robust standard deviation) of numbers."""
    middle = median(numbers)
    return middle, MAD_TO_SIGMA * median(abs(each - middle) for each in numbers)
