// Search as the reader sees it: what is typed goes to the worker (search-engine.js), what it finds stands in the theme's
// search dialog, in the theme's own markup, so that its style and its keys (arrows, Enter, Escape) go on working.

const chinese = document.documentElement.lang.startsWith("zh");
const language = chinese ? "zh" : "en";
const say = chinese
  ? {
      start: "键入以开始搜索",
      one: "找到 1 页",
      other: (n) => `找到 ${n} 页`,
      none: "没有找到。换个说法或者少用几个词，也可以看看下面的术语：",
      glossary: "术语表",
      more: (n) => `这一页另有 ${n} 处`,
      failed: "搜索没有加载成功。请检查网络，再输入一次。",
    }
  : {
      start: "Type to start searching",
      one: "1 page found",
      other: (n) => `${n} pages found`,
      none: "Nothing found. Try other words or fewer of them, or one of these terms:",
      glossary: "Glossary",
      more: (n) => (n === 1 ? "1 more place on this page" : `${n} more places on this page`),
      failed: "Search could not be loaded. Check the connection and type again.",
    };

const root = new URL("../../", import.meta.url);
const input = document.querySelector('[data-md-component="search-query"]');
const result = document.querySelector('[data-md-component="search-result"]');
const meta = result.querySelector(".md-search-result__meta");
const list = result.querySelector(".md-search-result__list");
const scroller = result.closest(".md-search__scrollwrap");
meta.setAttribute("role", "status"); // a screen reader hears how many were found

let worker;
let nextId = 0;
const waiting = new Map();

/** Takes the worker that search-start.js has made, if it runs, and answers what is typed already. */
export function use(made) {
  if (made) listen(made);
  run();
}

function listen(made) {
  worker = made;
  worker.addEventListener("message", ({ data }) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    for (const done of waiting.values()) done({ failed: true });
    waiting.clear();
    worker.terminate();
    worker = undefined;
  });
}

/** Asks the worker; resolves to its answer, or to {failed: true}. */
function ask(message) {
  if (!worker) listen(new Worker(new URL("search-engine.js", import.meta.url), { type: "module" }));
  const id = nextId++;
  return new Promise((done) => {
    waiting.set(id, done);
    worker.postMessage({ id, ...message });
  });
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function passage(pieces) {
  return pieces.map(([text, marked]) => (marked ? element("mark", {}, text) : text));
}

const link = (location, score, ...children) =>
  element(
    "a",
    { class: "md-search-result__link", href: new URL(location, root), tabindex: "-1" },
    element("article", { class: "md-search-result__article md-typeset", "data-md-score": score.toFixed(2) }, ...children),
  );

function group({ score, best, others }, of) {
  const place = [best.place, best.heading].filter((part) => part && part !== best.title).join(" › ");
  const item = element(
    "li",
    { class: "md-search-result__item" },
    link(
      best.location,
      score,
      element("div", { class: "md-search-result__icon md-icon" }),
      element("h1", {}, best.title),
      ...(place ? [element("p", { class: "search-place" }, place)] : []),
      element("p", {}, ...passage(best.passage)),
    ),
  );
  if (others.length) {
    const summary = element("summary", { tabindex: "-1" }, element("div", {}, say.more(others.length)));
    const more = element("details", { class: "md-search-result__more" }, summary);
    more.addEventListener(
      "toggle",
      async () => {
        const { sections = [] } = await ask({ sections: others, of });
        for (const { location, heading, title, passage: pieces } of sections)
          more.append(link(location, 0, element("h2", {}, heading || title), element("p", {}, ...passage(pieces))));
      },
      { once: true },
    );
    item.append(more);
  }
  return item;
}

let shown = ""; // the query whose results stand in the list
let latest = 0;
let rest; // what a scroll to the end brings
let pending = false;
let follow = false; // Enter was pressed before the results came

async function run() {
  const query = input.value.trim();
  if (query === shown && !pending) return;
  const turn = ++latest;
  if (!query) {
    pending = false;
    shown = "";
    rest = undefined;
    list.replaceChildren();
    meta.textContent = say.start;
    return;
  }
  pending = true;
  const id = nextId;
  const answer = await ask({ query, language });
  if (turn !== latest) return;
  pending = false;
  shown = answer.failed ? "" : query;
  if (answer.failed) {
    list.replaceChildren();
    meta.textContent = say.failed;
    return;
  }
  meta.textContent = !answer.total ? say.none : answer.total === 1 ? say.one : say.other(answer.total);
  list.replaceChildren(...answer.groups.map((found) => group(found, id)));
  if (!answer.total) {
    const near = answer.nearest.length ? answer.nearest : [[say.glossary, "glossary/"]];
    const links = near.map(([name, location]) => link((chinese ? "" : "en/") + location, 0, name));
    list.append(element("li", { class: "md-search-result__item search-nearest" }, ...links));
  }
  rest = answer.groups.length < answer.total ? { of: id, from: answer.groups.length } : undefined;
  scroller.scrollTop = 0;
  if (follow) list.querySelector("a")?.click();
  follow = false;
}

// The first letter is answered at once; while one goes on typing, a short pause is waited for.
let timer;
let typed = 0;
function soon() {
  clearTimeout(timer);
  const quick = performance.now() - typed > 200;
  typed = performance.now();
  if (quick) run();
  else timer = setTimeout(run, 40);
}
input.addEventListener("input", (event) => event.isComposing || soon());
input.addEventListener("compositionend", soon);
input.form.addEventListener("reset", () => setTimeout(run));
input.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.isComposing || input.value.trim() === shown) return;
    follow = true;
    event.stopPropagation();
    event.preventDefault();
    clearTimeout(timer);
    run();
  },
  true,
);
scroller.addEventListener("scroll", async () => {
  if (!rest || scroller.scrollTop + scroller.clientHeight < scroller.scrollHeight - 200) return;
  const { of, from } = rest;
  const turn = latest;
  rest = undefined;
  const { groups = [] } = await ask({ more: from, of });
  if (turn !== latest) return; // another query came in between
  list.append(...groups.map((found) => group(found, of)));
  if (groups.length) rest = { of, from: from + groups.length };
});

meta.textContent = say.start;
