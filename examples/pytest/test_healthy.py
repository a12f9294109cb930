import example


def test_counts_the_bytes():
    assert example.healthy("hello") == 5
