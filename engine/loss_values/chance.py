"""What guessing costs: ln C, for the sizes that people use, in the four formats and in other units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

from engine.floats.formats import BFLOAT16, FLOAT16, Format
from engine.loss_values.answer import Candidate, Cause
from engine.loss_values.asked import Asked
from engine.loss_values.rows import Unit, alike, binary, mean_of_equals

FEW_CLASSES = range(2, 11)

USUAL_CLASSES = (
    *(16, 20, 21, 37, 47, 50, 62, 64, 80, 81, 91, 100, 101, 102, 120, 128, 150, 196, 200, 256),
    *(365, 397, 400, 512, 600, 1000, 1001, 1024, 2048, 4096, 8192, 10000),
)
"""Data sets' and output layers' sizes: VOC, Pets, EMNIST, COCO, Food, Flowers, ADE20K, ImageNet, ..."""

VOCABULARIES = (
    *(28996, 30522, 32000, 32001, 32064, 32128, 32768, 49152, 49408, 50257, 50265, 50272, 50280, 50304),
    *(50400, 50432, 51200, 51865, 64000, 65024, 65536, 100277, 102400, 119547, 128000, 128256, 129280),
    *(131072, 151552, 151643, 151936, 152064, 250002, 256000, 262144),
)
"""BERT, Llama, T5, StarCoder, CLIP, GPT-2, RoBERTa, OPT, Mamba, GPT-J, Phi, Whisper, Qwen, Gemma, ..."""

SIZES = (*FEW_CLASSES, *USUAL_CLASSES, *VOCABULARIES)
CLASSES = frozenset({"CrossEntropyLoss", "NLLLoss", "scratch"})
BINARY = frozenset({"BCELoss", "BCEWithLogitsLoss", "scratch"})

UNUSUAL_CLASSES = 300
"""Up to so many classes any number is tried, as a possible answer."""

DECIMALS_OF_A_GRID = 5
"""With fewer a float of a 16-bit format is met by accident."""

NEAR = 0.02
"""A wobbling loss is near chance within 2 %, as `engine.diagnosis.floor` has it."""

HALF_SLACK = 0.03
"""By which a 16-bit mean of chance may be off: many rows lose digits."""

NEAREST = 1
"""So many sizes near to a number are named."""

CHANCE = Cause(
    "chance",
    "Chance of {classes} classes",
    "The logits of a row are all alike, as from a model that has not begun to learn or is dead: "
    "the loss is ln {classes}.",
    "Are there {classes} classes, was it so in the first step, and do the logits not differ from row to row?",
)
CHANCE_IN_FORMAT = Cause(
    "chance_in_format",
    "Chance of {classes} classes in {format}",
    "The logits of a row are all alike, and {format} rounds ln {classes} to its grid; "
    "the mean of {rows} such rows is rounded as well.",
    "Are there {classes} classes, and does the loss run in {format}?",
)
TWO_CLASSES = Cause(
    "zero_logits",
    "Chance of a binary loss",
    "Every logit is 0, or every p is a half: the loss is ln 2, whatever the target.",
    "Is there one output a row, and do the logits not differ from row to row?",
)
TOO_WIDE = Cause(
    "one_class_too_wide",
    "Chance, with the output one class too wide",
    "{labels} labels and {classes} outputs with equal logits: the loss is ln {classes}.",
    "Is the output layer {classes} wide and the largest label {largest}?",
)
OVER_THE_BATCH = Cause(
    "softmax_over_the_batch",
    "Softmax over the batch, at chance",
    "log_softmax over {rows} rows instead of the classes, or InfoNCE: guessing among {rows} costs ln {rows}.",
    "Does it follow the batch size?",
)
SIMCLR = Cause(
    "simclr_chance",
    "SimCLR at chance",
    "Two views of each of {rows} rows: guessing among the other {others} costs ln {others}.",
    "Is it a contrastive loss, and does it follow the batch size?",
)
BITS = Cause(
    "chance_in_bits",
    "Chance of {classes} classes, in bits",
    "The loss of equal logits was divided by ln 2: log2 {classes}.",
    "Is the loss divided by ln 2 before it is printed?",
)
PERPLEXITY = Cause(
    "perplexity_at_chance",
    "Perplexity of {classes} classes at chance",
    "exp(loss) is printed, and equal logits make it the number of classes, {classes}.",
    "Is exp(loss) printed?",
)
NEAR_CHANCE = Cause(
    "near_chance",
    "Near chance of {classes} classes",
    "ln {classes} is {chance:.6g}: a loss that wobbles around chance is matched by its mean over many steps, "
    "not by one number.",
    "Does the mean over many steps come nearer to {chance:.6g}?",
)

CAUSES = (
    CHANCE, CHANCE_IN_FORMAT, TWO_CLASSES, TOO_WIDE, OVER_THE_BATCH, SIMCLR, BITS, PERPLEXITY, NEAR_CHANCE
)  # fmt: skip


def candidates(asked: Asked) -> Iterator[Candidate]:
    """Everything that is at chance."""
    stated, typed = asked.options.classes, asked.typed
    for form in asked.formats:
        for classes in _sizes(asked):
            if not asked.is_near(math.log(classes), HALF_SLACK if form.is_half else 1e-6):
                continue
            usual = classes in SIZES
            yield _chance(classes, form, core=usual, named=classes == stated, free=0 if usual else 1)
        if stated in {None, 2}:
            yield Candidate(
                cause=TWO_CLASSES,
                about=math.log(2),
                rows=partial(binary, "bce_with_logits", [0.0], [1.0], form=form),
                core=True,
                named=stated == 2,
                losses=BINARY,
                form=form,
                slack=0.02 if form.is_half else 1e-6,
            )
    yield from _in_half_formats(asked)
    if stated is not None:
        yield from _of_classes(stated)
    if asked.options.rows is not None:
        yield from _of_rows(asked.options.rows)
    if stated is None and typed.value in SIZES:
        yield _perplexity(int(typed.value), named=False)


def near(asked: Asked) -> Iterator[Candidate]:
    """Chance that one number of a wobbling loss is near to, without being equal."""
    stated, value = asked.options.classes, asked.typed.value
    sizes = [size for size in (SIZES if stated is None else (stated,)) if size > 1]
    for classes in sorted(sizes, key=lambda each: abs(math.log(each) - value))[:NEAREST]:
        chance = math.log(classes)
        if asked.typed.half < abs(value - chance) <= NEAR * chance:
            fields = {"classes": classes, "chance": chance}
            yield Candidate(
                cause=NEAR_CHANCE,
                about=chance,
                rows=partial(alike, classes),
                fields=fields,
                losses=CLASSES,
            )


def _sizes(asked: Asked) -> tuple[int, ...]:
    if asked.options.classes is not None:
        return (asked.options.classes,)
    # Among the few hundred unusual numbers of classes only the one next to exp(loss) can fit.
    value = asked.typed.value
    nearest = round(math.exp(value)) if 0 < value < math.log(UNUSUAL_CLASSES) else 0
    extra = (nearest,) if nearest > 1 and nearest not in SIZES else ()
    return (*SIZES, *extra)


def _chance(classes: int, form: Format, *, core: bool, named: bool, free: int) -> Candidate:
    if form.is_half:
        return _image(classes, form, None, core=core, named=named, free=free)
    return Candidate(
        cause=CHANCE,
        about=math.log(classes),
        rows=lambda: alike(classes, form=form),
        fields={"classes": classes},
        core=core,
        named=named,
        free=free,
        losses=CLASSES,
        form=form,
    )


def _image(
    classes: int, form: Format, rows: int | None, *, core: bool, named: bool, free: int = 0
) -> Candidate:
    def measure() -> float:
        one = alike(classes, form=form).value
        return one if rows in {None, 1} else mean_of_equals(one, rows or 1, form)

    return Candidate(
        cause=CHANCE_IN_FORMAT,
        about=math.log(classes),
        rows=lambda: alike(classes, rows or 1, form=form),
        measure=measure,
        fields={"classes": classes, "format": form.name, "rows": rows or 1},
        core=core,
        named=named,
        free=free,
        slack=HALF_SLACK,
        losses=CLASSES,
        form=form,
    )


def _in_half_formats(asked: Asked) -> Iterator[Candidate]:
    """Images of chance on a 16-bit grid: only for numbers on it that are typed or known well enough."""
    options = asked.options
    stated = options.format
    halves = (BFLOAT16, FLOAT16) if stated is None else (stated,)
    # The number of rows alone makes an image worth a look, but fits are too many for a claim.
    sure = asked.typed.decimals >= DECIMALS_OF_A_GRID or stated is not None
    for form in halves:
        if not form.is_half or not (sure or options.rows is not None) or not asked.fits_grid(form):
            continue
        for classes in SIZES if options.classes is None else (options.classes,):
            if not asked.is_near(math.log(classes), HALF_SLACK):
                continue
            named = options.classes is not None
            if options.rows is not None:
                yield _image(classes, form, options.rows, core=sure, named=named)
            if stated is None:
                yield _image(classes, form, None, core=sure, named=named)


def _of_classes(classes: int) -> Iterator[Candidate]:
    wide = classes + 1
    yield Candidate(
        cause=TOO_WIDE,
        about=math.log(wide),
        rows=lambda: alike(wide),
        fields={"labels": classes, "classes": wide, "largest": classes - 1},
        named=True,
        losses=CLASSES,
    )
    yield Candidate(
        cause=BITS,
        about=math.log2(classes),
        rows=lambda: alike(classes, unit=Unit.BITS),
        fields={"classes": classes},
        named=True,
        losses=CLASSES,
    )
    yield _perplexity(classes, named=True)


def _perplexity(classes: int, *, named: bool) -> Candidate:
    return Candidate(
        cause=PERPLEXITY,
        about=float(classes),
        rows=lambda: alike(classes, unit=Unit.PERPLEXITY),
        fields={"classes": classes},
        named=named,
        slack=1e-5,
        allowance=1e-5 * classes,
        free=0 if named else 1,
        losses=CLASSES,
    )


def _of_rows(rows: int) -> Iterator[Candidate]:
    yield Candidate(
        cause=OVER_THE_BATCH,
        about=math.log(rows),
        rows=lambda: alike(rows),
        fields={"rows": rows},
        named=True,
        losses=CLASSES,
    )
    others = 2 * rows - 1
    yield Candidate(
        cause=SIMCLR,
        about=math.log(others),
        rows=lambda: alike(others),
        fields={"rows": rows, "others": others},
        named=True,
        losses=CLASSES,
    )
