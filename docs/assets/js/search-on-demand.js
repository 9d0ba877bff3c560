// Holds the request for the search index until the reader touches search.
//
// The theme asks for the index on every first view, most of what a page weighs, before anybody searches. This
// script stands before the theme's, lets every other request pass, and sends the held one at the first sign of
// interest: focus, a click on the magnifier, one of the theme's keys, or ?q= in the address.
(() => {
  const isIndex = (url) => String(url).includes("search/search_index.json");
  const waiting = [];
  let wanted = new URLSearchParams(location.search).has("q");

  const open = XMLHttpRequest.prototype.open;
  const send = XMLHttpRequest.prototype.send;

  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.holdForSearch = isIndex(url);
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.holdForSearch && !wanted) waiting.push(() => send.call(this, body));
    else send.call(this, body);
  };

  const release = () => {
    wanted = true;
    while (waiting.length) waiting.pop()();
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
