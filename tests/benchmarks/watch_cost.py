"""What watching a loss costs a training step on the CPU, by turns with the bare loss; needs PyTorch.

Seconds are the processor's, so that others on the machine count less.

Usage: python -m tests.benchmarks.watch_cost [--turns 200] [--steps 20]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time

from engine.captures.watch import watch


def main() -> None:
    import torch
    from torch import nn

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--steps", type=int, default=20)
    said = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x, y = torch.randn(128, 64), torch.randint(0, 10, (128,))

    model = nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "bare": nn.CrossEntropyLoss(),
            "loss": watch(nn.CrossEntropyLoss(), folder),
            "gradients": watch(nn.CrossEntropyLoss(), folder, gradients=True),
        }
        seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(said.turns):
            for kind, criterion in kinds.items():
                begin = time.thread_time()
                for _ in range(said.steps):
                    optimizer.zero_grad()
                    criterion(model(x), y).backward()
                    optimizer.step()
                seconds[kind].append((time.thread_time() - begin) / said.steps)
    for kind, taken in seconds.items():
        least = min(taken) - min(seconds["bare"])
        pairs = [each - own for each, own in zip(taken, seconds["bare"], strict=True)]
        print(
            f"{kind:10} {1e6 * min(taken):7.1f} us a step at the least ({1e6 * least:+.1f} us, "
            f"{100 * least / min(seconds['bare']):+.1f} %); neighbouring turns "
            f"{1e6 * statistics.median(pairs):+.1f} us"
        )


if __name__ == "__main__":
    main()
