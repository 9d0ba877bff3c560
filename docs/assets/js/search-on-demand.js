// Holds back what search needs until the reader touches it.
//
// The theme starts its search worker and asks for the whole index on every first view, before anybody searches.
// This script stands before the theme's. It lets every other request pass, and sends what it held at the first sign
// of interest: focus, a click on the magnifier, one of the theme's keys, or ?q= in the address.
(() => {
  const held = [];
  let wanted = new URLSearchParams(location.search).has("q");
  const whenWanted = (start) => (wanted ? start() : held.push(start));

  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.isSearchIndex = String(url).includes("search/search_index.json");
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.isSearchIndex) whenWanted(() => send.call(this, body));
    else send.call(this, body);
  };

  // Stands in for the worker: keeps what is posted to it, and passes everything on once the real one runs.
  class WaitingWorker extends EventTarget {
    #posted = [];
    #real;

    constructor(url) {
      super();
      whenWanted(() => {
        this.#real = new RealWorker(url);
        this.#real.addEventListener("message", ({ data }) => this.dispatchEvent(new MessageEvent("message", { data })));
        for (const message of this.#posted) this.#real.postMessage(message);
      });
    }

    postMessage(message) {
      if (this.#real) this.#real.postMessage(message);
      else this.#posted.push(message);
    }
  }
  const RealWorker = window.Worker;
  window.Worker = new Proxy(RealWorker, {
    construct: (target, [url, options]) =>
      String(url).includes("workers/search.") ? new WaitingWorker(url) : new target(url, options),
  });

  const release = () => {
    wanted = true;
    while (held.length) held.shift()();
  };
  addEventListener("focusin", (event) => {
    if (event.target.closest?.('[data-md-component="search"]')) release();
  });
  addEventListener("pointerdown", (event) => {
    if (event.target.closest?.('[data-md-component="search"], label[for="__search"]')) release();
  });
  addEventListener("keydown", (event) => {
    if (["/", "f", "s"].includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) release();
  });
})();
