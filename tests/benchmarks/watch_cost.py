"""What watching a loss costs a training step on the CPU in processor time, step by step; needs PyTorch.

Others on the machine lengthen steps and never shorten them, so the shortest and the first hundredth count.

Usage: python -m tests.benchmarks.watch_cost [--turns 4000]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time

from engine.captures.watch import watch


def main() -> None:
    import torch
    from torch import nn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4000)
    turns = parser.parse_args().turns
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x, y = torch.randn(128, 64), torch.randint(0, 10, (128,))
    model = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "bare": nn.CrossEntropyLoss(),
            "bare again": nn.CrossEntropyLoss(),
            "loss": watch(nn.CrossEntropyLoss(), folder),
            "gradients": watch(nn.CrossEntropyLoss(), folder, gradients=True),
        }
        taken: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(turns):
            for kind in random.sample(list(kinds), len(kinds)):
                begin = time.process_time()
                optimizer.zero_grad()
                loss = kinds[kind](model(x), y)  # named, and so kept until the next one, as loops have it
                loss.backward()
                optimizer.step()
                taken[kind].append(1e6 * (time.process_time() - begin))
    bare = sorted(taken["bare"])
    for kind, steps in taken.items():
        ordered = sorted(steps)
        told = [
            f"{name} {ordered[at]:6.1f} us ({100 * (ordered[at] / bare[at] - 1):+5.1f} %)"
            for name, at in (("shortest", 0), ("first hundredth", turns // 100), ("median", turns // 2))
        ]
        print(f"{kind:10}", *told, sep="  ")


if __name__ == "__main__":
    main()
