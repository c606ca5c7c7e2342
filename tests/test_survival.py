"""Estimates of how long links last: textbook cases, laws, and lives made up with a known rate."""

from collections.abc import Iterator
from math import inf, isclose, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.survival import End, Estimate, Life, _Spread, curve, half_life, median, rate

# Remission of leukemia, in weeks, with 6-mercaptopurine and with placebo: Freireich and others,
# Blood 21 (1963), 699, as in Cox and Oakes, Analysis of Survival Data (1984), table 1.1.
DRUG = (6, 6, 6, 7, 10, 13, 16, 22, 23)
DRUG_LOST = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def lives(died: tuple[int, ...], lost: tuple[int, ...] = ()) -> list[Life]:
    ends = [(age, End.DEATH) for age in died] + [(age, End.NONE) for age in lost]
    return [Life(0, age, end, str(number)) for number, (age, end) in enumerate(ends)]


def test_the_curve_of_a_textbook() -> None:
    remission = lives(DRUG, DRUG_LOST)
    found = curve(remission, least=1)
    spread = _Spread(remission, found)
    assert [(age, at_risk) for age, _, at_risk, _ in found.steps] == [
        (6, 21), (7, 17), (10, 15), (13, 12), (16, 11), (22, 7), (23, 6),
    ]  # fmt: skip
    assert [round(step.share, 4) for step in found.steps] == [
        0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482,
    ]  # fmt: skip
    # Greenwood's, as every package prints them for these data.
    assert [round(spread.at(step), 4) for step in found.steps] == [
        0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346,
    ]  # fmt: skip
    assert median(remission, found) == Estimate(23, 13, inf)
    assert found.share(5) == 1
    assert found.share(6.5) == pytest.approx(18 / 21)
    assert found.until == 35
    assert found.share(35.1) is None


def test_where_nobody_is_lost_from_sight_the_curve_is_the_share_that_is_left() -> None:
    found = curve(lives(PLACEBO), least=1)
    for age in range(24):
        left = sum(each > age for each in PLACEBO) / len(PLACEBO)
        assert found.share(age) == pytest.approx(left)
    middle = median(lives(PLACEBO), found)
    assert middle is not None
    assert middle.value == 8


def test_the_rate_of_a_textbook() -> None:
    found = rate(lives(DRUG, DRUG_LOST), least=1)
    assert found is not None
    assert found.value == pytest.approx(9 / 359)  # deaths by weeks
    assert half_life(found).value == pytest.approx(log(2) * 359 / 9)
    assert half_life(found).low == pytest.approx(log(2) / found.high)
    without = rate(lives(PLACEBO), least=1)
    assert without is not None
    assert without.value == pytest.approx(21 / 182)


def test_lives_that_were_found_dead_tell_by_how_many_they_are() -> None:
    """Of data of current status at one age, the rate is known in closed form."""
    dead = [Life(0, 4, End.FOUND_DEAD, f"d{number}") for number in range(30)]
    alive = [Life(4, 4, End.NONE, f"a{number}") for number in range(70)]
    found = rate(dead + alive)
    assert found is not None
    assert found.value == pytest.approx(-log(0.7) / 4)
    # By the delta method: the variance of a share of 0.3, over the square of the slope.
    error = (0.3 / 0.7 / 100) ** 0.5 / log(1 / 0.7)
    assert log(found.high / found.value) == pytest.approx(1.96 * error, rel=0.01)
    assert isclose(found.value / found.low, found.high / found.value)


def test_lives_that_were_entered_late_count_from_there() -> None:
    """By hand: at 2 three are at risk, at 4 the late one too, and the first two are gone."""
    late = [
        Life(0, 2, End.DEATH, "a"), Life(0, 3, End.NONE, "b"), Life(0, 4, End.DEATH, "c"),
        Life(3, 5, End.NONE, "d"), Life(1, 9, End.FOUND_DEAD, "e"), Life(6, 6, End.NONE, "f"),
    ]  # fmt: skip
    found = curve(late, least=1)
    assert [step[:3] for step in found.steps] == [(2, 1, 3), (4, 1, 2)]
    assert [step.share for step in found.steps] == pytest.approx([2 / 3, 1 / 3])
    middle = median(late, found)
    assert middle is not None
    assert middle.value == 4


def test_a_curve_ends_where_few_are_at_risk_and_begins_with_enough() -> None:
    ten = lives((1, 2), (3,) * 8)
    assert [step.age for step in curve(ten, least=9).steps] == [1, 2]
    assert curve(ten, least=9).until == 2
    assert curve(ten, least=10).until == 1
    assert curve(ten, least=11).share(0) == 1
    assert curve(ten, least=11).share(0.5) is None
    late = [each._replace(entry=0.5) for each in ten]
    assert curve(late, least=5).steps == ()
    assert median(ten, curve(ten)) is None


def test_everybody_may_die_at_once() -> None:
    once = lives((1,) * 12)
    found = curve(once)
    assert found.steps[-1].share == 0
    assert median(once, found) == Estimate(1, 1, 1)


def test_deaths_of_few_groups_are_too_few_to_tell() -> None:
    one_site = [Life(0, 1, End.DEATH, "one") for _ in range(500)]
    others = [Life(0, 5, End.NONE, str(number)) for number in range(500)]
    assert rate(one_site + others) is None
    nine = [Life(0, 1, End.DEATH, f"d{number}") for number in range(9)]
    assert rate(nine + others) is None
    assert rate([*nine, *one_site, *others]) is not None
    assert rate([]) is None
    assert rate([], least=0) is None
    assert rate([Life(0, 1, End.FOUND_DEAD, str(number)) for number in range(20)]) is None


def test_what_was_found_dead_at_no_age_or_a_great_one_is_no_trouble() -> None:
    some = [Life(0, age, End.DEATH, f"x{age}") for age in range(1, 12)]
    odd = [Life(0, 0.0, End.FOUND_DEAD, "a"), Life(0, 1e6, End.FOUND_DEAD, "b")]
    found = rate(some + odd)
    assert found is not None
    assert 0.1 < found.value < 0.3


def simulated(random: Random, per_year: float) -> Iterator[Life]:
    """Lives of ten years at most when somebody begins to watch them, for two years."""
    for number in range(120):
        age, end = random.uniform(0, 10), random.expovariate(per_year)
        if end <= age:
            yield Life(0, age, End.FOUND_DEAD, str(number))
        elif end <= age + 2:
            yield Life(age, end, End.DEATH, str(number))
        else:
            yield Life(age, age + 2, End.NONE, str(number))


def test_a_known_rate_is_found_as_often_as_the_interval_says() -> None:
    random, rounds, truth = Random(1), 200, 0.08  # noqa: S311 - made to be made again
    found = [rate(simulated(random, truth)) for _ in range(rounds)]
    kept = [each for each in found if each is not None]
    held = sum(each.low <= truth <= each.high for each in kept)
    assert len(kept) == rounds
    assert 0.95 - 0.046 <= held / rounds <= 0.95 + 0.046  # three standard errors of a share
    assert sum(each.value for each in kept) / rounds == pytest.approx(truth, rel=0.02)


def test_sites_that_die_as_one_do_not_make_it_look_surer_than_it_is() -> None:
    random, rounds, truth = Random(2), 200, 0.1  # noqa: S311 - likewise
    held = shy = 0
    for _ in range(rounds):
        every = []
        for site in range(60):
            end = random.expovariate(truth)
            kind = End.DEATH if end < 5 else End.NONE
            every += [Life(0, min(end, 5), kind, str(site))] * random.choice((1, 1, 1, 2, 20))
        told = rate(every)
        alone = rate(each._replace(group=str(number)) for number, each in enumerate(every))
        assert told is not None
        assert alone is not None
        held += told.low <= truth <= told.high
        shy += alone.low <= truth <= alone.high
    assert held / rounds > 0.88  # few large sites: intervals are a little too short
    assert shy / rounds < 0.75, "what taking each link for itself would come to"


def test_a_known_half_life_is_found_by_the_curve_as_often_as_its_interval_says() -> None:
    random, rounds = Random(3), 200  # noqa: S311 - likewise
    held = 0
    for _ in range(rounds):
        every = []
        for number in range(120):
            end, seen = random.expovariate(0.1), random.uniform(5, 30)
            kind = End.DEATH if end < seen else End.NONE
            every.append(Life(0, min(end, seen), kind, str(number)))
        middle = median(every, curve(every))
        assert middle is not None
        held += middle.low <= log(2) / 0.1 <= middle.high
    assert 0.95 - 0.05 <= held / rounds <= 1


LIVES = st.lists(
    st.builds(
        lambda entry, lasted, end, group: Life(entry, entry + lasted, end, group),
        st.floats(0, 20), st.floats(0, 20), st.sampled_from(End), st.sampled_from("abcdefghijklm"),
    ),
    max_size=60,
)  # fmt: skip


@given(LIVES, st.randoms(use_true_random=False))
def test_order_is_no_matter_and_shares_only_fall(some: list[Life], random: Random) -> None:
    found = curve(some, least=2)
    shares = [step.share for step in found.steps]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share < 1 for share in shares)
    mixed = random.sample(some, len(some))
    assert curve(mixed, least=2) == found
    one, other = rate(some, least=3), rate(mixed, least=3)
    assert (one is None) == (other is None)
    if one and other:
        assert one.value == pytest.approx(other.value)
        assert 0 < one.low <= one.value <= one.high
    if middle := median(some, found):
        assert middle.low <= middle.value <= middle.high


@given(LIVES.filter(lambda some: any(each.exit > 0.1 for each in some)), st.floats(0.01, 100))
def test_the_unit_of_ages_is_no_matter(some: list[Life], unit: float) -> None:
    scaled = [each._replace(entry=each.entry * unit, exit=each.exit * unit) for each in some]
    one, other = rate(some, least=3), rate(scaled, least=3)
    if one and other and one.value < 1e6:
        assert other.value * unit == pytest.approx(one.value, rel=1e-4)
