"""The targets of the fuzzing hold on their own seeds and on some thousand mutations of them."""

from random import Random

import pytest
from fuzz.targets import TARGETS, Target

MUTATIONS = 150


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_target_survives_its_seeds_and_mutations_of_them(target: Target) -> None:
    dice = Random(target.name)  # noqa: S311 - the same mutations each time
    assert target.seeds
    for seed in target.seeds[:20]:
        target.feed(seed)
    for _ in range(MUTATIONS):
        target.feed(_mutated(dice.choice(target.seeds), target, dice))


def _mutated(seed: bytes, target: Target, dice: Random) -> bytes:
    data = bytearray(seed[:4096])
    for _ in range(dice.randint(1, 8)):
        at = dice.randint(0, len(data))
        match dice.randint(0, 3):
            case 0:
                data[at : at + dice.randint(0, 9)] = b""
            case 1:
                data[at:at] = dice.randbytes(dice.randint(1, 4))
            case 2 if target.words:
                data[at:at] = dice.choice(target.words).encode()
            case _:
                data += data[at : at + 64]
    return bytes(data)
