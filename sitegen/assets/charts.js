// The exact value of a mark: at once under a pointer or a tap, and by keys while the box around a chart has the focus.
(() => {
  const HINT = "← → tell the values one by one";
  const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
  const kept = new WeakMap();
  const tip = document.createElement("div");
  tip.className = "sg-tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  const spoken = document.createElement("div");
  spoken.className = "sg-spoken";
  spoken.setAttribute("aria-live", "polite");
  let here = null;
  let anchor = null;

  // The browser would show titles a second time: the name of a drawing becomes a label, those of marks are kept aside.
  const name = (drawing) => {
    const title = drawing.querySelector(":scope > title");
    if (!title) return;
    const words = drawing.querySelector(":scope > desc");
    drawing.setAttribute("aria-label", `${title.textContent}: ${words.textContent}`);
    drawing.removeAttribute("aria-labelledby");
    title.remove();
  };

  const take = (mark) => {
    if (kept.has(mark)) return;
    const titles = [...mark.querySelectorAll("title")];
    kept.set(mark, [...titles.map((title) => title.textContent), ...(mark.title ? [mark.title] : [])]);
    titles.forEach((title) => title.remove());
    mark.removeAttribute("title");
  };

  // The first of them is for the whole mark. What it begins with need not be said again for each part.
  const wordsOf = (mark) => {
    take(mark);
    const [whole, ...parts] = kept.get(mark);
    const same = parts.length ? parts[0].slice(0, parts[0].indexOf(" · ") + 3) : "";
    const short = parts.map((part) => (part.startsWith(same) ? part.slice(same.length) : part));
    return [whole, ...short].join("\n");
  };

  const place = (target) => {
    const box = target.getBoundingClientRect();
    const around = target.closest(".sg-scroll")?.getBoundingClientRect();
    const middle = around
      ? (Math.max(box.left, around.left) + Math.min(box.right, around.right)) / 2
      : (box.left + box.right) / 2;
    const most = document.documentElement.clientWidth - tip.offsetWidth - 4;
    const above = box.top - tip.offsetHeight - 6;
    const below = Math.min(box.bottom + 6, document.documentElement.clientHeight - tip.offsetHeight - 4);
    tip.style.left = `${Math.max(4, Math.min(middle - tip.offsetWidth / 2, most))}px`;
    tip.style.top = `${above >= 4 ? above : below}px`;
  };

  const hide = () => {
    tip.hidden = true;
    anchor = null;
    spoken.textContent = "";
    here?.classList.remove("sg-here");
    here = null;
  };

  const tell = (target, words) => {
    if (!tip.isConnected) document.body.append(tip, spoken);
    tip.textContent = words;
    tip.hidden = false;
    anchor = target;
    place(target);
  };

  const show = (mark) => {
    if (mark === here) return;
    hide();
    here = mark;
    mark.classList.add("sg-here");
    tell(mark, wordsOf(mark));
  };

  const boxOf = (event) => {
    const box = event.target;
    return box.matches?.(".sg-scroll") && box.querySelector(":scope > .sg-chart") ? box : null;
  };

  const next = (key, at, count) => {
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    if (!(key in STEPS)) return null;
    if (at < 0) return STEPS[key] > 0 ? 0 : count - 1;
    return Math.max(0, Math.min(at + STEPS[key], count - 1));
  };

  const onKey = (event) => {
    if (event.key === "Escape") hide();
    const box = boxOf(event);
    if (!box || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const marks = [...box.querySelectorAll(".sg-mark")];
    const to = marks.length ? next(event.key, marks.indexOf(here), marks.length) : null;
    if (to === null) return;
    event.preventDefault();
    marks[to].scrollIntoView({ block: "nearest", inline: "nearest" });
    show(marks[to]);
    spoken.textContent = wordsOf(marks[to]);
  };

  const onFocus = (event) => {
    const box = boxOf(event);
    if (!box || !box.matches(":focus-visible")) return;
    hide();
    tell(box, HINT);
    spoken.textContent = HINT;
  };

  const onPointer = (event) => {
    const at = event.target;
    if (!at.closest) return;
    const drawing = at.closest(".sg-chart");
    if (drawing) name(drawing);
    const mark = at.closest(".sg-mark");
    const leaves = event.type === "click" || event.pointerType === "mouse";
    if (mark) show(mark);
    else if (leaves && !at.closest(".sg-scroll:focus")) hide();
  };

  const keepAxis = (box) => {
    const drawing = box.querySelector(":scope > .sg-chart");
    if (!drawing) return;
    const moved = (box.scrollLeft * drawing.viewBox.baseVal.width) / drawing.clientWidth;
    for (const axis of drawing.querySelectorAll(".sg-axis")) axis.style.transform = `translateX(${moved}px)`;
  };

  const onScroll = (event) => {
    if (event.target.matches?.(".sg-scroll")) keepAxis(event.target);
    if (!anchor) return;
    const box = anchor.getBoundingClientRect();
    if (anchor.isConnected && box.bottom > 0 && box.top < innerHeight) place(anchor);
    else hide();
  };

  // The newest stands at the right end, where a narrow screen would not show it.
  const toTheEnd = () => {
    for (const drawing of document.querySelectorAll(".sg-newest-last")) {
      const box = drawing.closest(".sg-scroll");
      if (box && !kept.has(box)) box.scrollLeft = box.scrollWidth;
      if (box) kept.set(box, []);
    }
  };

  // Before it prints, the theme opens every fold: this tells which of them the reader did not open.
  const markClosed = () => {
    for (const fold of document.querySelectorAll(".sg-data:not([open])")) fold.classList.add("sg-closed");
  };

  const onFold = (event) => {
    const fold = event.target.closest?.(".sg-data > summary")?.parentElement;
    fold?.classList.toggle("sg-closed", fold.open); // As it was before this click.
  };

  document.addEventListener("click", onFold);
  document.addEventListener("pointerover", onPointer);
  document.addEventListener("click", onPointer);
  document.addEventListener("pointercancel", hide);
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", onFocus);
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", onScroll, { capture: true, passive: true });
  document.documentElement.addEventListener("pointerleave", hide);
  toTheEnd();
  markClosed();
  // The theme may change pages without loading them anew.
  window.document$?.subscribe(() => {
    hide();
    toTheEnd();
    markClosed();
  });
})();
