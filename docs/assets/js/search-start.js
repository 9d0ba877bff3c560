// Keeps the theme's own search from starting, and starts ours when the reader first touches search.
//
// The theme would run a worker and load the whole index on every first view. This script stands before the theme's:
// the worker that it makes is one that does nothing, its request for the index is not sent, and everything else that
// it does for search (opening, closing, keys, ?q= in the address) goes on. assets/js/search.js fills in the results.
(() => {
  const here = document.currentScript.src;
  let started = false;
  const start = () => {
    if (started) return;
    started = true;
    // At the same time: the worker loads the index while search.js, which talks to it, is on its way.
    const worker = new Worker(new URL("search-engine.js", here), { type: "module" });
    let works = true;
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      works = false;
    });
    import(new URL("search.js", here)).then(
      ({ use }) => use(works ? worker : undefined),
      () => {
        worker.terminate();
        started = false;
      },
    );
  };

  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.isSearchIndex = String(url).includes("search/search_index.json");
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (!this.isSearchIndex) send.call(this, body);
  };
  window.Worker = new Proxy(window.Worker, {
    construct: (target, [url, options]) =>
      String(url).includes("workers/search.")
        ? Object.assign(new EventTarget(), { postMessage() {}, terminate() {} })
        : new target(url, options),
  });

  if (new URLSearchParams(location.search).has("q")) addEventListener("DOMContentLoaded", start);
  addEventListener("focusin", (event) => {
    if (event.target.closest?.('[data-md-component="search"]')) start();
  });
  addEventListener("pointerdown", (event) => {
    if (event.target.closest?.('[data-md-component="search"], label[for="__search"]')) start();
  });
  addEventListener("keydown", (event) => {
    if (["/", "f", "s"].includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) start();
  });
})();
