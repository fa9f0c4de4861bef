"""From one move of the slider on 'All four' to everything repainted: lanes, feedings, curves, strip.

    uv run python tests/benchmarks/all_four_latency.py [--size 1366x738] [--steps 200]

The clock stops when the event loop has delivered every paint event that the move caused. The processor's own
time stands beside the wall's, since it is what a busy machine leaves comparable.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from drag_latency import MEDIAN_MS, Painted, drag, settle  # noqa: E402

from engine import FORMATS  # noqa: E402
from gui.app import first_problems, make_application, make_window  # noqa: E402
from gui.document.document import Document  # noqa: E402
from gui.document.sample import FEEDING_KEYS, Sample  # noqa: E402
from gui.services.theme import Theme  # noqa: E402
from gui.start.command_line import Arguments  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", default="1366x738")
    parser.add_argument("--steps", type=int, default=200)
    arguments = parser.parse_args()

    application = make_application()
    document = Document(*first_problems(Arguments())[0])
    document.set_front("all-four")
    window = make_window(document, Theme(application))
    window.resize(*map(int, arguments.size.split("x")))
    window.show()
    window.complete()
    settle(application, 1.0)
    page = window.late.all_four.page
    wanted = [page.curves.plot.viewport(), page.lanes[1], page.feedings[0], page.curves.strip.strip]
    painted = Painted(wanted)
    slider = page.bar.slider

    def move(value: float) -> None:
        position = round(10 * value)
        slider.setValue(position + (position == slider.value()))  # every step is a move

    for form in FORMATS:
        for target in (0.0, 1.0):
            sample = Sample(target=target, format=form, feedings=frozenset(FEEDING_KEYS))
            document.set_sample(sample, "")
            settle(application, 0.5)
            slider.setSliderDown(True)
            times = drag(application, painted, wanted, move, arguments.steps)
            slider.setSliderDown(False)
            (median, busy), (late, busy_late) = np.percentile(times, [50, 95], axis=0)
            verdict = "within" if busy <= MEDIAN_MS else "beyond"
            print(
                f"{form}, y = {target:g}, {arguments.size}: {median:.1f} ms at the median "
                f"({busy:.1f} of the processor), {late:.1f} ms at the 95th percentile ({busy_late:.1f}): "
                f"{verdict} {MEDIAN_MS:.0f} ms"
            )
    document.undo_stack.setClean()  # or the window would ask whether to save
    window.close()


if __name__ == "__main__":
    main()
