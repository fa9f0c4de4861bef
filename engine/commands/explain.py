"""What the program answers in a terminal, without a window: ``main.py explain VALUE [VALUE ...]``."""

from __future__ import annotations

import re
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from textwrap import fill

from engine.commands.terminal import Parser, argument, say
from engine.floats.formats import format_of
from engine.loss_values.answer import Answer, Explanation
from engine.loss_values.asked import LOSSES, LossOptions, loss_named, read_typed
from engine.loss_values.explain import explain_loss, explain_losses

DONE = 0

WIDTH = 79
_NEGATIVE = re.compile(r"-(?=[\d.]|inf|nan)", flags=re.IGNORECASE)

EXAMPLES = """examples:
  main.py explain 0.6931
  main.py explain 2.3979 --classes 10
  main.py explain 3.125 --rows 32 --loss BCELoss
  main.py explain 4.75 5.0625 4.4375      losses read one after the other
"""


def main(argv: Sequence[str]) -> int:
    """Explain the losses that the arguments name, in plain text.

    Parameters
    ----------
    argv : sequence of str
        What follows ``explain``.

    Returns
    -------
    int
        The exit status: 0, or 2 with one line on stderr for what cannot be read. Help and refusals leave
        by SystemExit, as argparse has it.
    """
    parser = _parser()
    # A minus sign would begin an option.
    said = vars(parser.parse_args([_NEGATIVE.sub("\N{MINUS SIGN}", each, count=1) for each in argv]))
    texts = [text.replace("\N{MINUS SIGN}", "-") for text in said.pop("values")]
    try:
        options = LossOptions(**said)
        told = list(answers(texts, options))
    except ValueError as error:
        parser.error(str(error))
    say("\n\n".join(told))
    return DONE


def answers(texts: Sequence[str], options: LossOptions) -> Iterator[str]:
    """What is said of several losses together, and then of each by itself."""
    if len(texts) > 1:
        for text in texts:
            read_typed(text)  # what is no number is refused before anything is said
        together = explain_losses(texts, options)
        if together is None:
            yield "Together they say no more than each by itself."
        else:
            yield told(together, f"{', '.join(texts)} together")
    for text in texts:
        yield told(explain_loss(text, options), text)


def told(explanation: Explanation, name: str) -> str:
    """An explanation as plain text."""
    lines = [_headline(explanation, name)]
    for confident, group in groupby(explanation.answers, key=lambda answer: answer.confident):
        if not confident:
            lines += ["", "Possible:"]
        for answer in group:
            lines += ["", *_answer(answer)]
    if explanation.ruled_out:
        lines += ["", _wrapped("Not: " + "; ".join(each.text for each in explanation.ruled_out) + ".", "")]
    return "\n".join(lines)


def _headline(explanation: Explanation, name: str) -> str:
    count = sum(answer.confident for answer in explanation.answers)
    if not count:
        return f"No confident explanation of {name}."
    equal = sum(answer.confident for answer in explanation.first)
    if count == 1:
        return f"{name}: one explanation."
    which = "equally likely" if equal == count else f"the first {equal} equally likely"
    return f"{name}: {count} explanations, {which if equal > 1 else 'the likeliest first'}."


def _answer(answer: Answer) -> Iterator[str]:
    yield f"{answer.rank}. {answer.title}".ljust(WIDTH - 16) + f"{answer.value:>16.9g}"
    yield _wrapped(answer.sentence)
    if answer.rows is not None:
        yield _wrapped(f"Rows: {answer.rows.told}")
    if answer.source:
        yield _wrapped(f"Seen: {answer.source}")
    yield _wrapped(f"Ask: {answer.question}")


def _wrapped(text: str, indent: str = "   ") -> str:
    return fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _parser() -> ArgumentParser:
    parser = Parser(
        prog="logitscope explain",
        description="What makes a loss that a log shows: ranked explanations with the rows that give it.",
        epilog=EXAMPLES,
        # Without a width each argument asks for the terminal's, by way of half a dozen more modules.
        formatter_class=partial(RawDescriptionHelpFormatter, width=WIDTH),
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("values", nargs="+", metavar="VALUE", help="as printed, with all its digits: 0.6931, 1.19e-07, nan")
    add("--rows", type=argument(int), metavar="N", help="rows (or tokens) that the loss is of")
    add("--classes", type=argument(int), metavar="C", help="classes, or the vocabulary's size")
    add("--format", type=argument(format_of), metavar="F", help="float16, bfloat16, float32 or float64")
    add("--loss", type=argument(loss_named), metavar="L", help=", ".join(LOSSES))
    add(
        "--share",
        type=argument(read_typed),
        metavar="S",
        help="share of the rows that are wrong, or positive",
    )
    add(
        "--mean-label",
        type=argument(read_typed),
        metavar="M",
        help="mean of labels that are not just 0 and 1",
    )
    return parser
