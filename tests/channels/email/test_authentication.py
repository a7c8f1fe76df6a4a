"""What Authentication-Results say, as real servers write them and as forgers would have them read."""

import pytest

from sportello.channels.email.authentication import says_forged, vouches


@pytest.mark.parametrize(
    "results",
    [
        "mx.desk.example; dmarc=pass (p=none dis=none) header.from=desk.example",
        "mx.desk.example; spf=none; DMARC=Pass header.from=Desk.Example",
        # Without the name of the server, without spaces, as large providers do.
        "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dkim=pass (ok)\theader.d=desk.example;dmarc=none",
        "mx.desk.example; dkim=fail header.d=desk.example; dkim=pass header.i=@mail.desk.example header.s=k",
        "mx.desk.example; spf=pass (a (nested) comment) smtp.mailfrom=anna@desk.example",
        "mx.desk.example 1; spf=pass smtp.mailfrom=desk.example",
    ],
)
def test_vouches_when_a_method_passes_for_the_domain_then_yes(results):
    assert vouches(results, "anna@desk.example")
    assert not vouches(results, "anna@other.example")


@pytest.mark.parametrize(
    "results",
    [
        "",
        "mx.desk.example; none",
        "mx.desk.example; dmarc=pass",
        "mx.desk.example; dmarc=none header.from=desk.example",
        "mx.desk.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example",
        "mx.desk.example; dkim=pass header.d=evildesk.example; spf=pass smtp.mailfrom=x@example",
        "mx.desk.example; spf=pass smtp.helo=desk.example",
        'mx.desk.example; spf=pass smtp.mailfrom="; dmarc=pass header.from=desk.example;"@evil.example',
        "mx.desk.example; spf=fail (domain of ; dmarc=pass header.from=desk.example; denies)",
        "mx.desk.example; spf=fail (domain of a) ; dmarc=pass header.from=desk.example; denies)",
        'mx.desk.example; spf=fail reason="; dmarc=pass header.from=desk.example',
    ],
)
def test_vouches_when_nobody_answers_for_the_domain_then_no(results):
    assert not vouches(results, "anna@desk.example")


def test_says_forged_when_dmarc_failed_then_yes_and_else_no():
    assert says_forged("mx.desk.example; spf=pass; dmarc=fail (p=reject) header.from=desk.example")
    assert not says_forged("mx.desk.example; spf=fail; dkim=fail; dmarc=none")
