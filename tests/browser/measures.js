// Measures of a page as it is shown. Each gives a list of what is wrong, short enough to read in a report.
({
  name(e) {
    const of = e.getAttribute("class");
    return e.tagName.toLowerCase() + (of ? `.${of.split(" ").join(".")}` : "");
  },

  isShown(e) {
    return e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  },

  scrolls(e) {
    for (let up = e.parentElement; up; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (["auto", "scroll"].includes(style.overflowX) || style.textOverflow === "ellipsis") return true;
    }
    return false;
  },

  tooWide() {
    const edge = document.documentElement.clientWidth + 0.5;
    const whole = document.documentElement.scrollWidth;
    const beyond = [...document.querySelectorAll(".md-main *, .md-footer *")].filter((e) => {
      const box = e.getBoundingClientRect();
      if (!this.isShown(e) || box.width === 0 || e.closest(".md-sidebar, svg *")) return false;
      return (box.right > edge || box.left < -0.5) && !this.scrolls(e);
    });
    const found = beyond.map((e) => `${this.name(e)} reaches to ${Math.round(e.getBoundingClientRect().right)}`);
    return [...(whole > edge ? [`the page is ${whole} wide`] : []), ...found].slice(0, 5);
  },

  cutOff() {
    const hides = (e) => {
      const style = getComputedStyle(e);
      return style.overflowX === "hidden" && style.textOverflow !== "ellipsis" && style.clip === "auto";
    };
    return [...document.querySelectorAll(".md-content *")]
      .filter((e) => this.isShown(e) && !e.closest("svg") && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1)
      .filter(hides)
      .map((e) => `${this.name(e)} cuts off ${e.scrollWidth - e.clientWidth} px`)
      .slice(0, 5);
  },

  tooSmall() {
    const found = new Set();
    for (const e of this.withText(document.body)) {
      if (e.closest("title, desc")) continue;
      const matrix = e.ownerSVGElement ? e.getScreenCTM() : null;
      const size = parseFloat(getComputedStyle(e).fontSize) * (matrix ? Math.hypot(matrix.b, matrix.d) : 1);
      if (size < 10.99) found.add(`${size.toFixed(2)} px: ${this.name(e)} “${e.textContent.trim().slice(0, 24)}”`);
    }
    return [...found].slice(0, 8);
  },

  withText(root) {
    const own = (e) => [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return [...root.querySelectorAll("*")].filter((e) => own(e) && this.isShown(e));
  },

  brightness(colour) {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return 255 - alpha * (255 - (red + green + blue) / 3);
  },

  background() {
    return this.brightness(getComputedStyle(document.body).backgroundColor);
  },

  // What is drawn, as a bar or a swatch is, may be dark on paper; what lies under words may not.
  darkOnPaper() {
    const paper = [...document.querySelectorAll("main article, main article *")];
    return paper
      .filter((e) => this.isShown(e) && e.textContent.trim() && !e.closest("svg"))
      .filter((e) => this.brightness(getComputedStyle(e).backgroundColor) < 150)
      .map((e) => this.name(e))
      .slice(0, 5);
  },

  faintOnPaper() {
    return this.withText(document.querySelector("main article"))
      .filter((e) => !e.closest("svg") && this.brightness(getComputedStyle(e).color) > 150)
      .map((e) => `${this.name(e)} “${e.textContent.trim().slice(0, 24)}”`)
      .slice(0, 5);
  },

  // Everything that could run or load something: handlers, addresses that are programs, elements that frame or send.
  live() {
    const own = (e) => e.closest(".md-search, [data-md-component=search]");
    const handlers = [...document.querySelectorAll("*")].flatMap((e) =>
      [...e.attributes].filter((a) => /^on/i.test(a.name) || /^srcdoc$/i.test(a.name)).map((a) => `${this.name(e)} ${a.name}`),
    );
    const programs = [...document.querySelectorAll("*")].flatMap((e) =>
      [...e.attributes]
        .filter((a) => /^(href|src|action|formaction|xlink:href|data|poster|background|srcset)$/i.test(a.name))
        .filter((a) => /^[\s\x00-\x1f]*(javascript|vbscript|data)[\s\x00-\x1f]*:/i.test(a.value))
        .map((a) => `${this.name(e)} ${a.name}=${a.value.slice(0, 30)}`),
    );
    const frames = [...document.querySelectorAll("iframe, object, embed, base, frame, meta[http-equiv=refresh i], math, style")];
    const forms = [...document.querySelectorAll("form, input, button, textarea, select")].filter(
      (e) => e.closest("main article") && !e.closest("[class*=sg-]") && !own(e),
    );
    return [...handlers, ...programs, ...[...frames, ...forms].map((e) => this.name(e))];
  },

  inlineScripts() {
    const inline = [...document.querySelectorAll("script:not([src])")].filter((e) => !e.type || /javascript/.test(e.type));
    return inline.map((e) => e.textContent);
  },
})
