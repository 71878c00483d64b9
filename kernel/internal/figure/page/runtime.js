// The page's side of charts. Each output holds a still picture and pushes its
// option to weftCharts.queue; run, called when this file has been loaded and
// after every push, makes live charts of them. Where something goes wrong the
// still picture stays.
//
// An entry of the queue: {id: the id of the output's root element, at: the
// script that pushed it, option, height, name: what to say to who can't see it,
// live: the id by which updates name the chart}.
var weftCharts = window.weftCharts = window.weftCharts || { queue: [], list: [] };

(function (W) {
  var root = document.documentElement;

  function isDark(el) {
    var mode = root.getAttribute('data-theme');
    if (mode) return mode === 'dark';
    mode = document.body.getAttribute('data-jp-theme-light');
    if (mode) return mode === 'false';
    // Elsewhere the page's colour tells: the first one behind the chart.
    for (; el; el = el.parentElement) {
      var c = /^rgba?\((\d+), *(\d+), *(\d+)(?:, *([\d.]+))?/.exec(getComputedStyle(el).backgroundColor);
      if (c && c[4] !== '0') return 0.299 * c[1] + 0.587 * c[2] + 0.114 * c[3] < 128;
    }
    return false;
  }

  var motion = window.matchMedia && matchMedia('(prefers-reduced-motion: reduce)');

  // prepared returns a fresh option each time: the library and the functions
  // write into what they get.
  function prepared(chart, dark, width) {
    var option = JSON.parse(chart.option);
    chart.extra = wrap(option, width);
    weftFunctions.$dress && weftFunctions.$dress(option, dark);
    chart.names = option.weft;
    delete option.weft;
    weftOption(option, echarts);
    if (motion && motion.matches || chart.updates) option.animation = false;
    return option;
  }

  var pencil = document.createElement('canvas').getContext('2d');
  var family = weftTheme(false).textStyle.fontFamily;
  function wrap(option, width) {
    return weftFit(option, width, function (text, font) {
      pencil.font = font + ' ' + family;
      return pencil.measureText(text).width;
    });
  }

  // A chart in the page: {element, live, still, option (JSON), chart (of ECharts),
  // marks, height, …}.
  function upgrade(element, entry) {
    if (element.weftChart) return;
    var still = element.querySelector('img.weft-still');
    var live = document.createElement('div');
    live.className = 'weft-live';
    live.setAttribute('role', 'img');
    live.setAttribute('aria-label', entry.name || '');
    live.style.cssText = 'width:100%;height:0;overflow:hidden';
    element.insertBefore(live, element.firstChild);
    var c = element.weftChart = {
      element: element, live: live, still: still, option: JSON.stringify(entry.option), height: entry.height,
      marks: weftMarks(entry.option), extra: 0, chart: null, dark: null, updates: entry.live, rows: null, merged: null, seen: -1,
    };
    if (entry.live) W.lives[entry.live] = c;
    c.observer = new ResizeObserver(function () { fit(c); });
    c.observer.observe(live);
    fit(c);
  }

  // fit follows the size of a chart's place: a chart is made when its place is
  // first seen, and given up when it has left the page.
  function fit(c) {
    if (!c.live.isConnected) {
      clearTimeout(c.gone);
      c.gone = setTimeout(function () { if (!c.live.isConnected) stop(c); }, 1000);
      return;
    }
    var width = c.live.clientWidth;
    if (!width || c.failed || paper) return;
    if (!c.chart) start(c, width);
    else if (width !== c.chart.getWidth()) size(c, width);
  }

  function size(c, width) {
    if (wrap(JSON.parse(c.option), width) !== c.extra || c.extra) c.chart.setOption(prepared(c, c.dark, width));
    c.live.style.height = c.height + c.extra + 'px';
    c.chart.resize({ width: width, height: c.height + c.extra });
    if (c.rows) show(c);
  }

  function start(c, width) {
    try {
      c.dark = isDark(c.element);
      // Vectors print sharply; very many are dear.
      c.vectors = !c.updates && c.marks < 2500;
      var option = prepared(c, c.dark, width);
      c.live.style.height = c.height + c.extra + 'px';
      c.chart = echarts.init(c.live, weftTheme(c.dark), { renderer: c.vectors ? 'svg' : 'canvas', width: width, height: c.height + c.extra });
      c.chart.setOption(option);
      if (c.rows) show(c);
      weftFunctions.$setup && weftFunctions.$setup(c.chart, c.names);
      c.still && (c.still.style.display = 'none');
      if (W.list.indexOf(c) < 0) W.list.push(c);
    } catch (e) {
      c.failed = true;
      stop(c);
      console.warn('weft: the chart stays a still picture: ' + (e && e.message || e));
    }
  }

  function stop(c) {
    var i = W.list.indexOf(c);
    if (i >= 0) W.list.splice(i, 1);
    if (c.chart) c.chart.dispose();
    c.chart = null;
    c.live.style.height = '0';
    c.still && (c.still.style.display = '');
  }

  function dress(c, dark) {
    if (!c.chart || c.dark === dark) return;
    c.dark = dark;
    c.chart.setTheme(weftTheme(dark));
    c.chart.setOption(prepared(c, dark, c.chart.getWidth()));
    if (c.rows) show(c);
  }

  function recolor() { if (!paper) W.list.slice().forEach(function (c) { dress(c, isDark(c.element)); }); }

  // On paper charts are light and as wide as the sheet; those that are not
  // vectors give way to the still picture.
  var paper = false;
  function print(on) {
    if (paper === on) return;
    paper = on;
    W.list.slice().forEach(function (c) {
      var bitmap = on && !c.vectors && c.still;
      c.live.style.display = bitmap ? 'none' : '';
      if (c.still) c.still.style.display = bitmap ? '' : 'none';
      if (bitmap) return;
      dress(c, !on && isDark(c.element));
      c.live.style.background = on ? '#fff' : '';
      size(c, on ? Math.min(c.chart.getWidth(), 680) : c.live.clientWidth || c.chart.getWidth());
      c.chart.getZr().flush();
    });
  }

  // Live updates: {id, seq, append: [points of series 0, of series 1, …], keep,
  // option}. One that was seen before is passed over: pages run the script of an
  // output again when it is shown again.
  W.lives = {};
  W.update = function (u) {
    var c = W.lives[u.id];
    if (!c) { // its chart comes later, or the page was loaded in between
      W.updates.push(u);
      if (W.updates.length > 5000) W.updates.shift();
      return;
    }
    if (!(u.seq > c.seen)) return;
    c.seen = u.seq;
    c.rows = c.rows || [].concat(JSON.parse(c.option).series || []).map(function (s) { return s.data || []; });
    (u.append || []).forEach(function (points, i) {
      var rows = c.rows[i] = (c.rows[i] || []).concat(points || []);
      if (u.keep > 0 && rows.length > u.keep) rows.splice(0, rows.length - u.keep);
    });
    if (u.option) c.merged = merge(c.merged || {}, u.option);
    if (!c.pending) {
      c.pending = true;
      requestAnimationFrame(function () {
        c.pending = false;
        if (c.chart && c.live.isConnected) show(c);
      });
    }
  };

  function merge(a, b) {
    for (var k in b) {
      var plain = b[k] && typeof b[k] === 'object' && !Array.isArray(b[k]) && a[k] && typeof a[k] === 'object' && !Array.isArray(a[k]);
      a[k] = plain ? merge(a[k], b[k]) : b[k];
    }
    return a;
  }

  // show sets what updates brought since the chart was made.
  function show(c) {
    var option = c.merged ? JSON.parse(JSON.stringify(c.merged)) : {};
    weftFunctions.$dress && weftFunctions.$dress(option, c.dark);
    var series = [].concat(option.series || []);
    c.rows.forEach(function (rows, i) {
      series[i] = series[i] || {};
      if (!series[i].data) series[i].data = rows;
    });
    option.series = series;
    option.animation = false;
    c.chart.setOption(weftOption(option, echarts, true));
  }

  // place finds an entry's elements. An output can be on the page twice, and
  // some pages run its script before it is in the document.
  function place(entry) {
    var at = entry.at && entry.at.closest && entry.at.closest('.weft-chart');
    if (at && at.isConnected) return [at];
    return Array.prototype.slice.call(document.querySelectorAll('[id="' + entry.id + '"]'));
  }

  W.run = function () {
    var queue = W.queue.splice(0), late = [];
    queue.forEach(function (entry) {
      var found = place(entry);
      if (!found.length && (entry.tries = (entry.tries || 0) + 1) < 40) late.push(entry);
      found.forEach(function (element) { upgrade(element, entry); });
    });
    if (late.length) setTimeout(function () { W.queue = late.concat(W.queue); W.run(); }, 50);
    (W.updates.length ? W.updates.splice(0) : []).forEach(W.update);
  };
  W.updates = W.updates || [];
  W.echarts = echarts.version;

  new MutationObserver(recolor).observe(root, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  new MutationObserver(recolor).observe(document.body, { attributes: true, attributeFilter: ['data-jp-theme-light', 'class'] });
  if (window.matchMedia) {
    var scheme = matchMedia('(prefers-color-scheme: dark)'), sheet = matchMedia('print');
    scheme.addEventListener && scheme.addEventListener('change', recolor);
    sheet.addEventListener && sheet.addEventListener('change', function (e) { print(e.matches); });
  }
  window.addEventListener('beforeprint', function () { print(true); });
  window.addEventListener('afterprint', function () { print(false); });

  W.run();
})(weftCharts);
