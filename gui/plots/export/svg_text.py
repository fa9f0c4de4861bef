"""Qt's SVG made to look the same in every program that shows SVG.

Three things differ between programs: strokes of constant width under a scaling transform
(``vector-effect``, which several do not know and the others keep thin when the picture is enlarged),
Qt's made-up font families, and lengths in millimetres. So the transforms go into the points, families get
a fallback, and the picture is measured in pixels.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

_CONSTANT = "non-scaling-stroke"
_EFFECT = "vector-effect"
_NUMBERS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")

Matrix = tuple[float, float, float, float, float, float]


def portable(svg: bytes, width: int, height: int, family: str) -> bytes:
    """Rewrite what `QSvgGenerator` wrote: so many pixels, in the font family that Qt really took."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(svg)
    root.set("width", str(width))
    root.set("height", str(height))
    for group in root.iter(f"{{{SVG}}}g"):
        _bake(group)
    for element in root.iter():
        if element.get("font-family"):
            element.set("font-family", f"'{family}', sans-serif")
        element.attrib.pop(_EFFECT, None)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _bake(group: ET.Element) -> None:
    """Move a group's transform into the points of its shapes, if its strokes are not to scale."""
    constant = [shape for shape in group if shape.get(_EFFECT) == _CONSTANT]
    matrix = _matrix(group.get("transform", ""))
    if not constant or matrix is None or group.get("fill", "").startswith("url"):
        return
    text = group.attrib.pop("transform")
    for shape in group:
        if shape.get(_EFFECT) != _CONSTANT or not _move(shape, matrix):
            shape.set("transform", text)


def _matrix(transform: str) -> Matrix | None:
    numbers = [float(each) for each in _NUMBERS.findall(transform)]
    if not transform.startswith("matrix(") or len(numbers) != 6:
        return None
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def _move(shape: ET.Element, matrix: Matrix) -> bool:
    """Whether the shape is one whose points could be moved."""
    kind = shape.tag.rpartition("}")[2]
    if kind == "rect":
        x, y, width, height = (float(shape.attrib.pop(name)) for name in ("x", "y", "width", "height"))
        shape.tag = f"{{{SVG}}}path"
        shape.set("d", f"M{x},{y} L{x + width},{y} L{x + width},{y + height} L{x},{y + height} Z")
    name = {"path": "d", "rect": "d", "polyline": "points", "polygon": "points"}.get(kind)
    if name is None:
        return False
    shape.set(name, _PAIR.sub(lambda found: _moved(found, matrix), shape.get(name, "")))
    return True


_PAIR = re.compile(rf"({_NUMBERS.pattern}),({_NUMBERS.pattern})")


def _moved(found: re.Match[str], matrix: Matrix) -> str:
    x, y = float(found[1]), float(found[2])
    a, b, c, d, e, f = matrix
    return f"{a * x + c * y + e:.6g},{b * x + d * y + f:.6g}"
