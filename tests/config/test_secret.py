import threading

from sportello.config.secret import secret_key


def test_secret_key_when_absent_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = secret_key(tmp_path / "data")

    assert len(first) >= 64
    assert secret_key(tmp_path / "data") == first
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_secret_key_when_many_ask_at_once_is_the_same_for_all(tmp_path):
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(secret_key(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
