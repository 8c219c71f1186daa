"""Looks at a chart's SVG the way a reader does: what is drawn, and where."""

import json
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from advice.charts.chart import Chart, text_width

SVG = "{http://www.w3.org/2000/svg}"
ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


def shown(chart: Chart | None) -> Chart:
    """The chart, which must be there."""
    assert chart is not None
    return chart


class Drawing:
    """One SVG, parsed."""

    def __init__(self, chart: Chart | None) -> None:
        chart = shown(chart)
        self.chart = chart
        self.root = ET.fromstring(chart.svg)  # noqa: S314 - our own

    def all(self, tag, kind=None):
        """The elements of a tag, or those of them with a class."""
        return [
            each
            for each in self.root.iter(SVG + tag)
            if kind is None or kind in each.get("class", "").split()
        ]

    def heights(self, kind):
        """Of the rectangles with a class, from left to right."""
        return [float(each.get("height")) for each in self.all("rect", kind)]

    def texts(self, kind=None):
        """What is written, with a class or at all."""
        return ["".join(each.itertext()) for each in self.all("text", kind)]

    def boxes(self):
        """What every element covers: left, top, right, bottom; of text about."""
        for each in self.root:
            tag = each.tag.removeprefix(SVG)
            if tag not in {"title", "desc"}:
                yield each, EXTENTS[tag](each)

    def strayed(self):
        """What is drawn beyond the picture's edge."""
        _, _, width, height = map(float, self.root.get("viewBox", "").split())
        return [
            ET.tostring(each)
            for each, (left, top, right, bottom) in self.boxes()
            if left < 0 or top < 0 or right > width or bottom > height
        ]


def numbers(element, *names):
    return [float(element.get(name, "0")) for name in names]


def rect(element):
    x, y, width, height = numbers(element, "x", "y", "width", "height")
    assert width >= 0
    assert height >= 0
    return x, y, x + width, y + height


def circle(element):
    x, y, radius = numbers(element, "cx", "cy", "r")
    return x - radius, y - radius, x + radius, y + radius


def line(element):
    x1, y1, x2, y2 = numbers(element, "x1", "y1", "x2", "y2")
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def points(element):
    told = element.get("d") or element.get("points")
    places = list(map(float, re.findall(r"-?\d+(?:\.\d+)?", told)))
    xs, ys = places[::2], places[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def text(element):
    x, y = numbers(element, "x", "y")
    size = float(element.get("font-size", "20"))
    width = 0.85 * text_width("".join(element.itertext()), size)
    left = x - ANCHORS[element.get("text-anchor", "start")] * width
    return left, y - 0.75 * size, left + width, y + 0.25 * size


EXTENTS = {
    "rect": rect,
    "circle": circle,
    "line": line,
    "path": points,
    "polygon": points,
    "text": text,
}


def strokes(drawing, kind):
    """How many points each unbroken line has."""
    return [
        len(part.split("L"))
        for each in drawing.all("path", kind)
        for part in each.get("d").split("M")[1:]
    ]


def untold_numbers(chart):
    """The numbers in the chart's words that are not among its values."""
    told = json.dumps([list(each.values()) for each in chart.values], ensure_ascii=False)
    known = {float(each) for each in re.findall(r"\d+(?:\.\d+)?", told)}
    # Of a name that was cut short half a number may be left.
    says = re.sub(r"[^;:]*…", "", chart.says)
    return {float(each) for each in re.findall(r"\d+(?:\.\d+)?", says)} - known


def rises(values):
    """Whether each is larger than the one before."""
    return all(one < other for one, other in pairwise(values))
