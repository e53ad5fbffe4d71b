// The exact value of a mark, at once on hover and tap, and by keys while the chart has the focus.
(() => {
  const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
  const tip = document.createElement("div");
  tip.className = "sg-tip";
  tip.hidden = true;
  const spoken = document.createElement("div");
  spoken.className = "sg-spoken";
  spoken.setAttribute("aria-live", "polite");
  let here = null;

  // The words of a mark are its titles; they are kept aside, or the browser would show them a second time.
  const words = (mark) => {
    if (mark.dataset.words === undefined) {
      const titles = [...mark.querySelectorAll("title")];
      mark.dataset.words = titles.map((title) => title.textContent).join("\n");
      titles.forEach((title) => title.remove());
    }
    return mark.dataset.words;
  };

  const hide = () => {
    tip.hidden = true;
    here?.classList.remove("sg-here");
    here = null;
  };

  const show = (mark) => {
    if (mark === here) return;
    hide();
    here = mark;
    mark.classList.add("sg-here");
    tip.textContent = words(mark);
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const left = box.left + box.width / 2 - tip.offsetWidth / 2;
    const limit = document.documentElement.clientWidth - tip.offsetWidth - 4;
    tip.style.left = `${Math.max(4, Math.min(left, limit)) + scrollX}px`;
    tip.style.top = `${Math.max(box.top - tip.offsetHeight - 6, 4) + scrollY}px`;
  };

  const walk = (event) => {
    const marks = [...event.currentTarget.querySelectorAll(".sg-mark")];
    const at = marks.indexOf(here);
    let next = null;
    if (event.key in STEPS) next = at < 0 ? (STEPS[event.key] > 0 ? 0 : marks.length - 1) : at + STEPS[event.key];
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = marks.length - 1;
    else if (event.key === "Escape") hide();
    if (next === null || !marks.length) return;
    event.preventDefault();
    const mark = marks[Math.max(0, Math.min(next, marks.length - 1))];
    mark.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(mark);
    spoken.textContent = words(mark);
  };

  for (const chart of document.querySelectorAll(".sg-chart")) {
    const box = chart.closest(".sg-scroll");
    chart.addEventListener("pointerover", (event) => {
      const mark = event.target.closest(".sg-mark");
      if (mark) show(mark);
    });
    chart.addEventListener("pointerleave", hide);
    if (box && chart.classList.contains("sg-newest-last")) box.scrollLeft = box.scrollWidth;
    box?.addEventListener("keydown", walk);
    box?.addEventListener("blur", hide);
  }
  if (document.querySelector(".sg-chart")) document.body.append(tip, spoken);
})();
