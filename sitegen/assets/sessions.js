// The list of all sessions: filters and an order, both kept in the address. Without it there is a table for each month.
(() => {
  const list = document.querySelector(".sg-list");
  const bar = list?.querySelector(".sg-filter");
  if (!bar) return;

  // By the places of the columns. A first click sorts by `first`; `ends` say what that and the other order begin with.
  const COLUMNS = [
    { key: "date", first: "ascending", ascending: "oldest first", descending: "newest first" },
    { key: "title", first: "ascending", ascending: "from A to Z", descending: "from Z to A" },
    { key: "active", first: "descending", ascending: "shortest first", descending: "longest first" },
    { key: "tokens", first: "descending", ascending: "fewest first", descending: "most first" },
    { key: "cost", first: "descending", ascending: "lowest first", descending: "highest first" },
  ];
  const UNKNOWN = -1; // Below zero: what is not reported is not 0. What has no price comes even before that.
  const UNPRICED = -2;
  const MANY = 1000; // From here on typing waits for a pause, in milliseconds.
  const PAUSE = 120;
  const STEP = 100; // Rows.

  const [text, reset, byMonth, result] = ["text", "reset", "months", "result"].map((name) =>
    document.getElementById(`sg-filter-${name}`),
  );
  const selects = [...bar.querySelectorAll("select")];
  const months = [...list.querySelectorAll(".sg-month")].map((section) => {
    const table = section.querySelector("table");
    const [body, foot] = [table.tBodies[0], table.tFoot.rows[0].cells];
    return { section, heads: [...table.tHead.rows[0].cells], body, foot, number: body.rows.length, shown: body.rows.length };
  });
  const names = months[0].heads.map((head) => head.textContent);
  const everything = result.textContent;
  const all = months.reduce((sum, month) => sum + month.number, 0);
  const grouped = (number) => number.toLocaleString("en-US");
  const counted = (number) => `${grouped(number)} ${number === 1 ? "session" : "sessions"}`;

  // --- Rows: read once, when something is asked of them for the first time.
  let known = null;
  let decimals = 4;

  const rows = () => {
    if (known) return known;
    for (const [at, month] of months.entries()) month.rows = [...month.body.rows].map((node) => rowOf(node, month, at));
    known = months.flatMap((month) => month.rows);
    for (const row of known) decimals = Math.max(decimals, row.usd?.split(".")[1]?.length ?? 0);
    known.forEach((row, at) => {
      row.date = -at;
      if (row.usd) row.cost = units(row.usd);
    });
    return known;
  };

  const rowOf = (node, month, at) => {
    const [project, model, tag, state, usd, tokens] = node.dataset.r.split(";");
    const has = { project: numbers(project), model: numbers(model), tag: numbers(tag), state: numbers(state), month: [at] };
    const row = { node, month, has, shown: true, usd, floor: false, words: null };
    if (usd === undefined) return row;
    row.floor = usd.endsWith("+");
    row.usd = usd.replace("+", "");
    row.cost = row.floor ? UNPRICED : UNKNOWN;
    row.tokens = tokens ? Number(tokens) : UNKNOWN;
    return row;
  };

  const numbers = (words) => words.split(",").map(Number);

  // Exact: in units of the last decimal that any of the amounts has.
  const units = (usd) => {
    const [whole, rest = ""] = usd.split(".");
    return BigInt(whole + rest.padEnd(decimals, "0"));
  };

  // What a column sorts by, where the data of a row do not say it.
  const SHOWN = {
    title: (cell) => cell.firstChild.textContent,
    active: (cell) => {
      const [hours, minutes] = cell.textContent.replaceAll(",", "").split(":").map(Number);
      return minutes === undefined ? UNKNOWN : hours * 60 + minutes;
    },
    // `12.3 %`, `<0.1 %`: where amounts are hidden there is nothing else.
    tokens: (cell) => share(cell.textContent),
    cost: (cell) => share(cell.textContent),
  };

  const share = (words) => {
    if (words === "unpriced") return UNPRICED;
    const found = words.match(/[\d.]+/);
    if (!found) return UNKNOWN;
    return Number(found[0]) - (words.includes("<") ? 0.05 : 0);
  };

  // --- Amounts: rounded and written as everywhere on the site.
  const usd = (sum, floor) => {
    const one = 10n ** BigInt(decimals);
    const places = sum >= one || !sum ? 2 : 4;
    const step = 10n ** BigInt(decimals - places);
    const rounded = ((sum + step / 2n) / step).toString().padStart(places + 1, "0");
    const shown = `$${grouped(BigInt(rounded.slice(0, -places)))}.${rounded.slice(-places)}`;
    return `${floor ? "≥ " : ""}${sum && !Number(rounded) ? "<$0.0001" : shown}`;
  };

  const short = (number) => {
    const [unit, size] = [["G", 1e9], ["M", 1e6], ["k", 1e3]].find(([, least]) => number >= least) ?? ["", 1];
    if (!unit) return `${number}`;
    if (number >= 100 * size) return `${Math.floor((number + size / 2) / size)} ${unit}`;
    const tenths = Math.floor((number * 10 + size / 2) / size);
    return `${Math.floor(tenths / 10)}.${tenths % 10} ${unit}`;
  };

  // Of rows that say their amounts.
  const costOf = (some) => {
    let [sum, used, floor] = [0n, false, false];
    for (const row of some) {
      if (row.usd) sum += row.cost;
      used ||= row.cost !== UNKNOWN;
      floor ||= row.floor;
    }
    if (!used) return "—";
    return floor && !sum ? "unpriced" : usd(sum, floor);
  };

  const tokensOf = (some) => {
    const told = some.filter((row) => row.tokens !== UNKNOWN);
    return told.length ? short(told.reduce((sum, row) => sum + row.tokens, 0)) : "—";
  };

  // --- What is wanted: the controls say it, and this the order. `key` is empty while there are months.
  const order = { key: "", way: "" };

  const filters = () => {
    const chosen = selects.filter((select) => select.selectedIndex > 0);
    const numbers = chosen.map((select) => [select.dataset.facet, select.selectedIndex - 1]);
    const words = text.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return { numbers, words, none: !numbers.length && !words.length };
  };

  const fits = (row, { numbers, words }) =>
    numbers.every(([name, number]) => row.has[name].includes(number)) &&
    words.every((word) => told(row).includes(word));

  const told = (row) => (row.words ??= wordsOf(row));

  const tagSelect = selects.find((select) => select.dataset.facet === "tag");
  const wordsOf = (row) => {
    const tags = row.node.dataset.r.split(";")[2].split(",");
    const tagged = tagSelect ? tags.map((number) => tagSelect.options[Number(number) + 1].value) : [];
    const [date, main] = row.node.children;
    return `${date.textContent} ${main.textContent} ${tagged.join(" ")}`.toLocaleLowerCase();
  };

  const sorted = (some) => {
    const { compare } = new Intl.Collator("en", { numeric: true });
    const sign = order.way === "ascending" ? 1 : -1;
    const { key } = order;
    const place = COLUMNS.findIndex((column) => column.key === key);
    for (const row of some) row[key] ??= SHOWN[key](row.node.children[place]);
    if (key === "title") return [...some].sort((a, b) => sign * compare(a.title, b.title));
    return [...some].sort((a, b) => (a[key] < b[key] ? -sign : a[key] > b[key] ? sign : 0));
  };

  // --- Showing it.
  const buttons = COLUMNS.map((column, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = names[at];
    button.addEventListener("click", () => sortBy(column));
    return button;
  });
  let heads = null;
  let flat = null;

  const draw = () => {
    const wanted = filters();
    const fitting = rows().filter((row) => {
      const fit = wanted.none || fits(row, wanted);
      if (fit !== row.shown) row.node.hidden = !(row.shown = fit);
      return fit;
    });
    if (order.key) pile(sorted(fitting));
    else unpile();
    for (const month of months) sum(month);
    show(order.key ? flat.heads : (months.find((month) => month.shown) ?? months[0]).heads);
    byMonth.hidden = !order.key;
    tell(fitting, wanted);
  };

  // All months as one table: what is far below is added when one comes near, as so long a table takes its time.
  const pile = (some) => {
    flat ??= flatTable();
    flat.section.hidden = !some.length;
    flat.rest = some;
    flat.body.replaceChildren();
    more();
  };

  const more = (number = STEP) => {
    const rest = flat.rest.splice(0, number);
    flat.body.append(...rest.map((row) => row.node));
    flat.next.hidden = !flat.rest.length;
    flat.next.textContent = `Show more: ${counted(flat.rest.length)} left`;
  };

  const unpile = () => {
    if (!flat || flat.section.hidden) return;
    flat.section.hidden = true;
    flat.rest = [];
    for (const month of months) {
      if (month.body.rows.length !== month.number) month.body.replaceChildren(...month.rows.map((row) => row.node));
    }
  };

  const flatTable = () => {
    const section = Object.assign(document.createElement("section"), { className: "sg-flat" });
    const title = Object.assign(document.createElement("h2"), { id: "sg-filter-all", textContent: "All months" });
    const table = Object.assign(document.createElement("table"), { className: "sg-table" });
    table.setAttribute("aria-labelledby", title.id);
    const head = table.createTHead().insertRow();
    for (const name of names) head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: name }));
    const next = Object.assign(document.createElement("button"), { type: "button", className: "sg-more" });
    next.addEventListener("click", () => {
      const at = flat.body.rows.length;
      more();
      flat.body.rows[at].querySelector("a").focus();
    });
    new IntersectionObserver(([seen]) => seen.isIntersecting && more(), { rootMargin: "1500px" }).observe(next);
    section.append(title, table, next);
    months[0].section.before(section);
    return { section, next, heads: [...head.cells], body: table.createTBody(), rest: [] };
  };

  // A month's line of sums is about the rows that are shown.
  const sum = (month) => {
    const mine = month.rows.filter((row) => row.shown);
    month.section.hidden = Boolean(order.key) || !mine.length;
    if (mine.length === month.shown && mine.length === month.number) return;
    month.sums ??= [...month.foot].map((cell) => [...cell.childNodes]);
    month.shown = mine.length;
    month.section.style.setProperty("--sg-rows", mine.length);
    const [, number, , tokens, cost] = month.foot;
    if (mine.length === month.number) {
      month.sums.forEach((nodes, at) => month.foot[at].replaceChildren(...nodes));
      return;
    }
    const told = mine.length && mine[0].usd !== undefined;
    number.textContent = `${grouped(mine.length)} of ${counted(month.number)}`;
    tokens.textContent = told ? tokensOf(mine) : "";
    cost.textContent = told ? costOf(mine) : "";
  };

  // There is one set of buttons: in the one table, or in the first month that is shown.
  const show = (place) => {
    const focused = document.activeElement;
    if (place !== heads) {
      heads?.forEach((head, at) => {
        head.textContent = names[at];
        head.removeAttribute("aria-sort");
      });
      place.forEach((head, at) => head.replaceChildren(buttons[at]));
      heads = place;
      if (buttons.includes(focused)) focused.focus({ preventScroll: true });
    }
    COLUMNS.forEach(({ key }, at) => heads[at].setAttribute("aria-sort", key === order.key ? order.way : "none"));
  };

  const tell = (fitting, wanted) => {
    if (!fitting.length) {
      result.textContent = `No session of ${grouped(all)} fits these filters. Reset shows all of them again.`;
      return;
    }
    const cost = fitting[0].usd === undefined ? "—" : costOf(fitting);
    const some = `${grouped(fitting.length)} of ${counted(all)}${cost === "—" ? "" : `, ${cost}`}`;
    const at = COLUMNS.findIndex(({ key }) => key === order.key);
    const by = at < 0 ? "" : `, by ${names[at].toLowerCase()}, ${COLUMNS[at][order.way]}`;
    result.textContent = (wanted.none ? everything : some) + by;
  };

  // --- The address: `#project=shop-api&sort=cost`. A step back leads to what was shown before.
  const address = () => {
    const told = new URLSearchParams();
    if (text.value.trim()) told.set("text", text.value.trim());
    for (const select of selects) if (select.selectedIndex > 0) told.set(select.dataset.facet, select.value);
    if (order.key) told.set("sort", order.key);
    if (order.key && order.way !== COLUMNS.find(({ key }) => key === order.key).first) told.set("order", order.way);
    return `${told}` && `#${told}`;
  };

  // What is typed makes one step, not one for each letter.
  const remember = (typed = false) => {
    const now = address();
    if (now === location.hash) return;
    const going = typed && new URLSearchParams(location.hash.slice(1)).has("text") && text.value.trim();
    history[going ? "replaceState" : "pushState"](null, "", now || location.pathname + location.search);
  };

  // Other anchors, as those of headings, say nothing about the list.
  const recall = () => {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) return false;
    const told = new URLSearchParams(hash);
    text.value = told.get("text") ?? "";
    for (const select of selects) {
      const value = told.get(select.dataset.facet);
      select.selectedIndex = Math.max(0, [...select.options].findIndex((option) => option.value === (value ?? "")));
    }
    const column = COLUMNS.find(({ key }) => key === told.get("sort"));
    const ways = ["ascending", "descending"];
    order.key = column?.key ?? "";
    order.way = column ? (ways.find((way) => way === told.get("order")) ?? column.first) : "";
    return Boolean(hash);
  };

  const change = (typed) => {
    draw();
    remember(typed);
  };

  const sortBy = (column) => {
    const other = order.way === "ascending" ? "descending" : "ascending";
    order.way = order.key === column.key ? other : column.first;
    order.key = column.key;
    change();
  };

  const unsort = () => Object.assign(order, { key: "", way: "" });

  let waiting = 0;
  text.addEventListener("focus", () => rows().forEach(told), { once: true });
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    if (all < MANY) change(true);
    else waiting = setTimeout(change, PAUSE, true);
  });
  for (const select of selects) select.addEventListener("change", () => change());
  reset.addEventListener("click", () => {
    clearTimeout(waiting);
    text.value = "";
    for (const select of selects) select.selectedIndex = 0;
    unsort();
    change();
  });
  byMonth.addEventListener("click", () => {
    unsort();
    change();
    reset.focus();
  });
  addEventListener("beforeprint", () => flat?.rest.length && more(Infinity));
  addEventListener("popstate", () => {
    recall();
    draw();
  });

  bar.hidden = false;
  if (recall()) draw();
  else show(months[0].heads);
  if (all >= MANY) setTimeout(rows, PAUSE);
})();
