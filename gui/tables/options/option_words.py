"""What each option does to which loss, as its tooltip says it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine import Family, formulas_of

_translate = QCoreApplication.translate


def _effects() -> dict[tuple[Family, str], str]:
    """What the options do, by family and name; the format's words are the same for both."""
    return {
        ("binary", "format"): _translate(
            "options",
            "The number format that every loss is computed in, on both pages. Numbers stay as typed: "
            "going back to a wider format loses nothing.",
        ),
        ("binary", "reduction"): _translate(
            "options",
            "How the rows' losses become one number, on both pages. 'mean' divides by the number of "
            "rows, whatever their weights.",
        ),
        ("multiclass", "reduction"): _translate(
            "options",
            "How the rows' losses become one number, on both pages. 'mean' divides by the weights of "
            "the target classes that are not ignored; with class probabilities by the number of rows.",
        ),
        ("binary", "pos_weight"): _translate(
            "options",
            "Multiplies the term of the positive class, y·log(sigmoid(z)). Any number; empty means none.",
        ),
        ("binary", "weight"): _translate(
            "options",
            "Multiplies each row's loss: a column of the table. The mean still divides by the number of "
            "rows.",
        ),
        ("multiclass", "weight"): _translate(
            "options",
            "Multiplies the loss of each row by its target class's weight: a line above the logits. With "
            "class indices the mean divides by these weights, with class probabilities it does not.",
        ),
        ("multiclass", "targets"): _translate(
            "options",
            "Class index: one whole number a row. Probabilities: one column a class. A change converts "
            "the targets, as one step of the history. NLLLoss takes class indices alone.",
        ),
        ("multiclass", "ignore_index"): _translate(
            "options",
            "Rows with this target do not count, neither in the sum nor in what the mean divides by. "
            "Class probabilities know no ignored rows.",
        ),
        ("multiclass", "label_smoothing"): _translate(
            "options",
            "From 0 to 1: this share of every target is spread evenly over all classes.",
        ),
    }


def option_tip(family: Family, name: str) -> str:
    """What an option does, and which formulas take it and which do not."""
    effects = _effects()
    lines = [effects.get((family, name)) or effects["binary", name]]
    takes = [formula.title for formula in formulas_of(family) if name in formula.honours]
    if takes:
        passes = [formula.title for formula in formulas_of(family) if name not in formula.honours]
        lines.append(_translate("options", "Taken by {formulas}.").format(formulas=", ".join(takes)))
        if passes:
            lines.append(_translate("options", "Not taken by {formulas}.").format(formulas=", ".join(passes)))
    return "\n\n".join(lines)
