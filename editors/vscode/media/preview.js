// The preview's page: shows the picture, marks steps that have problems, and tells which step was clicked.
(function () {
  "use strict";

  const editor = acquireVsCodeApi();
  const picture = document.getElementById("picture");
  const summary = document.getElementById("summary");
  const rest = document.getElementById("rest");
  const SVG = "http://www.w3.org/2000/svg";
  let scale = 0;
  let last;

  function svg() {
    return picture.querySelector("svg");
  }

  function size() {
    const box = svg() && svg().viewBox.baseVal;
    if (box) svg().style.width = scale === 0 ? `min(100%, ${box.width}px)` : `${box.width * scale}px`;
  }

  function zoom(factor) {
    const box = svg() && svg().viewBox.baseVal;
    if (!box) return;
    const now = scale === 0 ? svg().getBoundingClientRect().width / box.width : scale;
    scale = Math.min(8, Math.max(0.1, now * factor));
    size();
  }

  function open(at) {
    editor.postMessage({ type: "open", at });
  }

  function show(text) {
    // The picture is the program's own: it is read as XML, and only as a picture.
    const read = new DOMParser().parseFromString(text, "image/svg+xml");
    if (read.querySelector("parsererror")) return;
    picture.replaceChildren(document.importNode(read.documentElement, true));
    for (const box of picture.querySelectorAll("rect[data-span]")) {
      const at = Number(box.dataset.span.split(" ")[0]);
      box.setAttribute("tabindex", "0");
      box.setAttribute("role", "button");
      box.addEventListener("click", () => open(at));
      box.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") open(at);
      });
    }
    // Texts lie over their boxes.
    for (const text of picture.querySelectorAll("text")) text.style.pointerEvents = "none";
    size();
    if (last) mark(last);
  }

  function count(problems) {
    const words = ["error", "warning", "note"].map((severity) => {
      const n = problems.filter((p) => p.severity === severity).length;
      return n === 0 ? undefined : `${n} ${severity}${n === 1 ? "" : "s"}`;
    });
    return words.filter(Boolean).join(", ");
  }

  function badge(box, status) {
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("class", `badge ${status.severity}`);
    const x = Number(box.getAttribute("x")) + Number(box.getAttribute("width"));
    const y = Number(box.getAttribute("y"));
    const circle = document.createElementNS(SVG, "circle");
    circle.setAttribute("cx", String(x));
    circle.setAttribute("cy", String(y));
    circle.setAttribute("r", "9");
    const text = document.createElementNS(SVG, "text");
    text.setAttribute("x", String(x));
    text.setAttribute("y", String(y + 4));
    text.setAttribute("text-anchor", "middle");
    text.style.pointerEvents = "none";
    text.textContent = String(status.problems.length);
    const title = document.createElementNS(SVG, "title");
    title.textContent = status.problems.map((p) => p.message).join("\n");
    group.append(circle, text, title);
    svg().append(group);
  }

  function mark(told) {
    last = told;
    picture.classList.toggle("stale", told.stale !== undefined);
    for (const old of picture.querySelectorAll(".badge, rect[data-span] > title")) old.remove();
    for (const box of picture.querySelectorAll("rect[data-span]")) {
      box.classList.remove("error", "warning", "note");
      const status = told.steps.find((s) => `${s.box.start} ${s.box.end}` === box.dataset.span);
      if (!status) continue;
      box.classList.add(status.severity);
      const title = document.createElementNS(SVG, "title");
      title.textContent = status.problems.map((p) => p.message).join("\n");
      box.append(title);
      badge(box, status);
    }
    const all = told.steps.flatMap((s) => s.problems).concat(told.rest);
    summary.textContent = told.stale ?? (all.length === 0 ? "no problems" : count(all));
    rest.replaceChildren(
      ...told.rest.map((problem) => {
        const item = document.createElement("li");
        const dot = document.createElement("span");
        dot.className = `dot ${problem.severity}`;
        item.append(dot, problem.message);
        item.addEventListener("click", () => open(problem.start));
        return item;
      }),
    );
  }

  function select(at) {
    let best;
    for (const box of picture.querySelectorAll("rect[data-span]")) {
      box.classList.remove("selected");
      const [start, end] = box.dataset.span.split(" ").map(Number);
      if (start <= at && at <= end && (!best || end - start < best.length)) best = { box, length: end - start };
    }
    if (!best) return;
    best.box.classList.add("selected");
    best.box.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  window.addEventListener("message", (event) => {
    const told = event.data;
    if (told.type === "picture") show(told.svg);
    if (told.type === "problems") mark(told);
    if (told.type === "select") select(told.at);
  });
  document.getElementById("smaller").addEventListener("click", () => zoom(1 / 1.25));
  document.getElementById("larger").addEventListener("click", () => zoom(1.25));
  document.getElementById("fit").addEventListener("click", () => {
    scale = 0;
    size();
  });
  editor.postMessage({ type: "ready" });
})();
