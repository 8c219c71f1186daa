// The lines of one run: pace, cadence, heart rate, elevation and calf load over time, by uPlot.
// All share one axis of time and one cursor. Drag (mouse or finger) zooms; a double click, and
// the buttons, go back. Without this script the table below the lines says the same.
"use strict";

(function () {
  const place = document.getElementById("lines");
  const says = document.getElementById("lines-say");
  const zoom = document.getElementById("zoom");
  const narrow = 480;
  const leastSpan = 20;
  let plots = [];
  let shown = null;

  function clock(seconds) {
    if (seconds === null || seconds === undefined || !isFinite(seconds)) return "";
    const all = Math.round(seconds);
    const h = Math.floor(all / 3600), m = Math.floor(all / 60) % 60, s = all % 60;
    const two = (n) => String(n).padStart(2, "0");
    return h ? h + ":" + two(m) + ":" + two(s) : m + ":" + two(s);
  }

  function number(line, value) {
    if (value === null || value === undefined) return "–";
    return line.clock ? clock(value) : value.toFixed(line.digits || 0);
  }

  function colour(name) {
    return getComputedStyle(place).getPropertyValue(name).trim();
  }

  // A few moments, such as a stop that was not one, must not flatten all the others.
  function range(line) {
    const known = line.values.filter((v) => v !== null).sort((a, b) => a - b);
    const at = (share) => known[Math.min(known.length - 1, Math.floor(share * known.length))];
    const low = line.down ? known[0] : at(0.005);
    const high = line.down ? at(0.98) : known[known.length - 1];
    const room = Math.max((high - low) * 0.08, line.digits ? 0.2 : 2);
    return [line.name === "load" ? 0 : low - room, high + room];
  }

  function seconds(self, ticks) {
    return ticks.map(clock);
  }

  function plot(axis, line, width, isLast) {
    const box = document.createElement("div");
    box.className = "line";
    box.dataset.line = line.name;
    const heading = document.createElement("h3");
    heading.textContent = line.title;
    const readout = document.createElement("span");
    heading.append(readout);
    box.append(heading);
    place.append(box);
    const told = () => {
      const index = made && made.cursor.idx;
      const some = index !== null && index !== undefined;
      readout.textContent = some
        ? number(line, line.values[index]) + " " + line.unit + " at " + clock(axis[index])
        : line.unit;
    };
    const [low, high] = range(line);
    const ink = colour("--quiet"), grid = { stroke: colour("--line"), width: 1 };
    const stroke = colour("--" + line.name);
    const font = "12px system-ui, sans-serif";
    const made = new uPlot({
      width: width,
      height: (width < narrow ? 118 : 140) + (isLast ? 26 : 0),
      legend: { show: false },
      padding: [8, 8, isLast ? 0 : 4, 0],
      cursor: {
        sync: { key: "run", setSeries: false },
        drag: { x: true, y: false, setScale: true },
        points: { size: 7, fill: stroke },
      },
      scales: { x: { time: false }, y: { range: [low, high], dir: line.down ? -1 : 1 } },
      axes: [
        { stroke: ink, grid: grid, ticks: { show: false }, size: isLast ? 26 : 0,
          values: isLast ? seconds : (self, ticks) => ticks.map(() => ""),
          font: font, incrs: [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200] },
        { stroke: ink, grid: grid, ticks: { show: false }, size: 48, font: font,
          values: (self, ticks) => ticks.map((v) => number(line, v)),
          incrs: line.clock ? [10, 15, 30, 60, 120, 300, 600] : undefined, space: 28 },
      ],
      series: [{}, {
        stroke: stroke, width: 1.6, spanGaps: false, points: { show: false },
        fill: line.area ? stroke + "26" : undefined,
        fillTo: line.area ? () => low : undefined,
      }],
      hooks: { setCursor: [told], setScale: [(self, key) => key === "x" && follow(self)] },
    }, [axis, line.values], box);
    told();
    byFinger(made);
    return made;
  }

  // One zooms, the others follow.
  function follow(leader) {
    const { min, max } = leader.scales.x;
    if (min === null || (shown && shown[0] === min && shown[1] === max)) return;
    shown = [min, max];
    place.dataset.from = min;
    place.dataset.to = max;
    for (const each of plots) if (each !== leader) each.setScale("x", { min: min, max: max });
  }

  // uPlot listens to the mouse; a finger that moves sideways selects in the same way.
  function byFinger(made) {
    let from = null;
    const left = (event) => {
      const box = made.over.getBoundingClientRect();
      return Math.max(0, Math.min(event.clientX - box.left, box.width));
    };
    const select = (a, b) => made.setSelect(
      { left: Math.min(a, b), width: Math.abs(b - a), top: 0, height: made.over.clientHeight }, false);
    made.over.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse") from = left(event);
    });
    made.over.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") return;
      made.setCursor({ left: left(event), top: 0 });
      if (from !== null) select(from, left(event));
    });
    const end = (event) => {
      if (event.pointerType === "mouse" || from === null) return;
      const [a, b] = [Math.min(from, left(event)), Math.max(from, left(event))];
      from = null;
      select(0, 0);
      if (event.type === "pointerup" && b - a > 12) {
        made.setScale("x", { min: made.posToVal(a, "x"), max: made.posToVal(b, "x") });
      }
    };
    made.over.addEventListener("pointerup", end);
    made.over.addEventListener("pointercancel", end);
  }

  function by(button, axis) {
    const first = axis[0], last = axis[axis.length - 1];
    const [min, max] = shown || [first, last];
    const middle = (min + max) / 2, span = max - min;
    let from = first, to = last;
    if (button === "in") [from, to] = [middle - span / 4, middle + span / 4];
    if (button === "out") [from, to] = [middle - span, middle + span];
    if (button === "earlier") [from, to] = [min - span / 2, max - span / 2];
    if (button === "later") [from, to] = [min + span / 2, max + span / 2];
    if (from < first) [from, to] = [first, Math.min(last, to + first - from)];
    if (to > last) [from, to] = [Math.max(first, from + last - to), last];
    if (to - from >= leastSpan) plots[0].setScale("x", { min: from, max: to });
  }

  function draw(told) {
    const kept = shown;
    plots.forEach((each) => each.destroy());
    place.replaceChildren();
    plots = [];
    shown = null;
    const width = place.clientWidth;
    told.lines.forEach((line, index) => {
      plots.push(plot(told.at_s, line, width, index === told.lines.length - 1));
    });
    if (kept) plots[0].setScale("x", { min: kept[0], max: kept[1] });
  }

  function start(told) {
    if (!told.lines.length || told.at_s.length < 2) {
      says.textContent = "Nothing was recorded over time.";
      return;
    }
    draw(told);
    zoom.hidden = false;
    says.textContent = "Drag over a stretch to look closer; a double click shows all again.";
    zoom.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) by(button.dataset.zoom, told.at_s);
    });
    let width = place.clientWidth;
    new ResizeObserver(() => {
      if (place.clientWidth === width) return;
      width = place.clientWidth;
      draw(told);
    }).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(told));
  }

  if (!place || typeof uPlot === "undefined") return;
  fetch(place.dataset.series)
    .then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    })
    .then(start)
    .catch(() => {
      says.textContent = "The lines could not be loaded; the table below says the same in numbers.";
    });
})();
