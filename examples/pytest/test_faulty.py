import example


def test_counts_the_bytes():
    assert example.faulty("hello") == 5
