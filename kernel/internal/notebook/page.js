// The page's own script: the button for light and dark, and the table of
// contents, which stands open where there is room beside the text. Without it
// the page follows the system's choice and nothing is missing but the button.
(function () {
  "use strict";
  var root = document.documentElement;
  var key = "weft-theme";
  var system = window.matchMedia("(prefers-color-scheme: dark)");

  // The memory may be forbidden, as in a private window.
  function remember(theme) {
    try {
      if (theme) localStorage.setItem(key, theme);
      else localStorage.removeItem(key);
    } catch (e) { /* the choice holds until the page is closed */ }
  }
  function remembered() {
    try { return localStorage.getItem(key); } catch (e) { return null; }
  }

  // data-theme is there only when the reader wants other than the system.
  function choose(theme) {
    if (theme === (system.matches ? "dark" : "light")) theme = "";
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    remember(theme);
  }
  function shown() {
    return root.dataset.theme || (system.matches ? "dark" : "light");
  }

  var old = remembered();
  if (old === "dark" || old === "light") choose(old);

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.querySelector(".theme");
    function label() {
      var other = shown() === "dark" ? "light" : "dark";
      button.title = "Show the page " + other;
      button.setAttribute("aria-label", button.title);
    }
    button.addEventListener("click", function () {
      choose(shown() === "dark" ? "light" : "dark");
      label();
    });
    system.addEventListener("change", label);
    label();
    button.hidden = false;

    var contents = document.querySelector(".toc details");
    if (!contents) return;
    var wide = window.matchMedia("(min-width: 84rem)");
    function open() { contents.open = wide.matches; }
    wide.addEventListener("change", open);
    open();
  });
})();
