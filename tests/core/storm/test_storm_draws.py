"""A stream of chance for each client."""

from __future__ import annotations

from simtwin.core.storm.draws import Draws, stream


def test_a_stream_is_splitmix64() -> None:
    draws = Draws()
    draws.state = 0

    # The first numbers of SplitMix64 from 0, as its authors' own code in C gives them.
    first = [int(draws.random() * 2**53) for _ in range(3)]

    assert first == [
        number >> 11 for number in (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F)
    ]


def test_what_a_client_draws_depends_on_its_name_alone() -> None:
    draws = Draws()

    def three(name: str) -> list[float]:
        draws.state = stream(7, name)
        return [draws.random() for _ in range(3)]

    alone = three("a/1/rests")
    three("a/2/rests")

    assert three("a/1/rests") == alone
    assert len({stream(seed, name) for seed in (7, 8) for name in ("a/1", "a/2", "b/1")}) == 6


def test_whatever_random_can_do_comes_of_the_stream() -> None:
    draws = Draws()

    def drawn() -> tuple[float, int, list[int]]:
        draws.state = stream(7, "a")
        return draws.uniform(2, 3), draws.randrange(1_000_000), draws.sample(range(9), 3)

    assert drawn() == drawn()
    assert 2 <= drawn()[0] < 3


def test_draws_are_spread_evenly() -> None:
    draws = Draws()
    draws.state = stream(7, "a")
    tenths = [0] * 10
    for _ in range(10_000):
        tenths[int(draws.random() * 10)] += 1

    # A thousand each; four standard errors are 120.
    assert all(880 < tenth < 1_120 for tenth in tenths)
