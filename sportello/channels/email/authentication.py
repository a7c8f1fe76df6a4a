"""What a mail server found out about who wrote a mail: Authentication-Results (RFC 8601). Pure.

Whom to believe is for the caller to know: anybody can write this header. docs/algorithms/threading.md
"""

import re

_FORGED = re.compile(r"\bdmarc\s*=\s*fail\b", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_DEEPEST_COMMENT = 10
_RESULT = re.compile(r"\s*(dmarc|dkim|spf)(?:/\d+)?\s*=\s*(\w+)\b(.*)", re.DOTALL)
_PROPERTY = re.compile(r"([a-z]+\.[a-z-]+)\s*=\s*(\S+)")
# The properties that name the domain for which a method says its word.
_DOMAINS = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}


def says_forged(results: str) -> bool:
    """Whether this header says that the domain in From denies the mail."""
    return _FORGED.search(results) is not None


def vouches(results: str, address: str) -> bool:
    """Whether this header says that the mail comes from the domain of this From address, by DMARC, DKIM or SPF.

    The domains need not be equal: one may lie inside the other, as in DMARC's relaxed alignment.
    """
    domain = address.rpartition("@")[2].lower()
    return any(
        result == "pass"
        and any(
            _are_aligned(value.rpartition("@")[2], domain) for name, value in properties if name in _DOMAINS[method]
        )
        for method, result, properties in _results(results)
    )


def _results(text: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(method, result, properties) of each method; none when a quotation or comment does not end."""
    # Both can hold what a sender made up, semicolons included.
    text = _QUOTED.sub("", text[:10_000].lower())
    for _depth in range(_DEEPEST_COMMENT):
        text = _COMMENT.sub(" ", text)
    if re.search(r'["()]', text):
        return []
    found = filter(None, map(_RESULT.match, text.split(";")))
    return [(result[1], result[2], _PROPERTY.findall(result[3])) for result in found]


def _are_aligned(one: str, other: str) -> bool:
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return one == other or ("." in shorter and longer.endswith(f".{shorter}"))
