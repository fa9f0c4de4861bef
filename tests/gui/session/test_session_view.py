"""A session reopens as it was seen: the formulas shown and the user's stabilisers with it."""

import json

import pytest

from engine import (
    CATALOGUE,
    SHOWN_FIRST,
    BinaryProblem,
    MulticlassProblem,
    Role,
    formula_named,
    stabilisers_of,
)
from gui.document.document import Document
from gui.document.selection import Selection
from gui.document.shown_formulas import ShownFormulas
from gui.session.session_file import Session, parse_session, session_pieces
from gui.session.session_keeper import SessionKeeper
from gui.session.session_view import Stabiliser, formulas_of_view

BINARY = BinaryProblem(logits=[0.5, -2.0], target=[1, 0])
MULTICLASS = MulticlassProblem(logits=[[0.5, -2.0, 3.0]], target=[1])

NUMBERS = {"epsilon_in_log": 1e-7, "clipped_probability": 0.1 + 0.2, "clipped_log": -100.0}
STABILISERS = [
    Stabiliser(page, kind, number) for page in ("binary", "multiclass") for kind, number in NUMBERS.items()
]


class Desk:
    def __init__(self):
        self.document = Document(BINARY, MULTICLASS)
        self.keeper = SessionKeeper(self.document, Selection(self.document))

    def close(self):
        self.keeper.close()


@pytest.fixture
def desks(qapp):
    desks = Desk(), Desk()
    yield desks
    for desk in desks:
        desk.close()


@pytest.mark.parametrize("stabiliser", STABILISERS)
def test_a_stabiliser_is_known_again_by_its_formula(stabiliser):
    assert Stabiliser.of(stabiliser.formula()) == stabiliser


def test_formulas_and_stabilisers_come_back_from_the_file():
    catalogue = (*CATALOGUE, *(each.formula() for each in STABILISERS))
    formulas = ShownFormulas(catalogue, frozenset(Role) - {Role.MISTAKE}, frozenset({"bce_sigmoid"}))
    session = Session.of("binary", (BINARY, MULTICLASS), {}, formulas=formulas)
    again = parse_session("".join(session_pieces(session))).formulas
    assert (again.roles, again.hidden) == (formulas.roles, formulas.hidden)
    assert [formula.key for formula in again.catalogue] == [formula.key for formula in catalogue]


def test_a_session_reopens_as_it_was_seen(desks):
    first, second = desks
    chosen = first.document.formulas.with_added(stabilisers_of("binary")["epsilon_in_log"](1e-7))
    chosen = chosen.with_role(Role.SCRATCH, shown=False)
    first.document.show_formulas(chosen.with_formula(formula_named("bce_sigmoid"), shown=False))
    other = second.document.formulas.with_added(stabilisers_of("binary")["clipped_log"](-5.0))
    second.document.show_formulas(other)
    second.keeper.load(parse_session("".join(session_pieces(first.keeper.session()))), None)
    shown = [formula.key for formula in second.document.formulas.of("binary")]
    assert shown == [formula.key for formula in first.document.formulas.of("binary")]
    assert "epsilon_in_log_1e-07" in shown
    assert "bce_sigmoid" not in shown


def test_a_session_that_says_nothing_of_formulas_leaves_them_as_they_are(desks):
    desk, _ = desks
    desk.keeper.load(Session.of("binary", (BINARY, MULTICLASS), {}), None)
    assert desk.document.formulas.roles == SHOWN_FIRST


@pytest.mark.parametrize(
    ("fields", "view"),
    [
        (None, None),
        ({"roles": "pytorch"}, None),
        (
            {"roles": ["pytorch", "hearsay", 7]},
            ShownFormulas(CATALOGUE, frozenset({Role.EXACT, Role.PYTORCH})),
        ),
        (
            {"roles": [], "hidden": [7, "a"]},
            ShownFormulas(CATALOGUE, frozenset({Role.EXACT}), frozenset({"a"})),
        ),
        ({"roles": [], "hidden": 7, "stabilisers": 7}, ShownFormulas(CATALOGUE, frozenset({Role.EXACT}))),
    ],
)
def test_what_cannot_be_understood_of_the_formulas_is_left_out(fields, view):
    assert formulas_of_view({"formulas": fields}) == view


@pytest.mark.parametrize(
    "wrong",
    [
        7,
        {},
        {"page": "unary", "kind": "clipped_log", "number": -1},
        {"page": "binary", "kind": "prayer", "number": -1},
        {"page": "binary", "kind": "clipped_log", "number": 1},
        {"page": "binary", "kind": "clipped_log", "number": True},
        {"page": "binary", "kind": "clipped_log", "number": -(10**400)},
    ],
)
def test_a_stabiliser_that_cannot_be_made_is_left_out(wrong):
    right = {"page": "binary", "kind": "clipped_log", "number": -1}
    fields = {"roles": ["stabiliser"], "stabilisers": [wrong, right, right]}
    formulas = formulas_of_view({"formulas": json.loads(json.dumps(fields))})
    made = [formula for formula in formulas.catalogue if formula.role is Role.STABILISER]
    assert [Stabiliser.of(formula) for formula in made] == [Stabiliser("binary", "clipped_log", -1.0)]
