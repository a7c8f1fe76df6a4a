import structlog

from sportello.kit.log import configure, describe


def test_describe_names_the_kind_and_the_place_only():
    try:
        raise KeyError("secret")
    except KeyError as error:
        said = describe(error)

    assert said.startswith("KeyError at test_log.py:")
    assert "secret" not in said


def test_log_when_an_exception_is_logged_is_one_line_without_its_message(capsys):
    configure()
    try:
        raise ValueError("my password is hunter2")
    except ValueError:
        structlog.get_logger().exception("send failed", mail=12)

    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "mail=12" in err
    assert "error='ValueError at test_log.py:" in err
    assert "hunter2" not in err
