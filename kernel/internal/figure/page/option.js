// weftKinds are the kinds of series that our build of the library draws; where
// the value is text, it is drawn as that kind.
var weftKinds = {
  line: 1, bar: 1, pie: 1, scatter: 1, effectScatter: 'scatter', radar: 1, tree: 1, treemap: 1, sunburst: 1,
  graph: 1, sankey: 1, gauge: 1, funnel: 1, parallel: 1, boxplot: 1, candlestick: 1, heatmap: 1, custom: 1,
};

// weftAbsent are the coordinate systems and parts that it doesn't have.
var weftAbsent = ['geo', 'geo3D', 'grid3D', 'polar', 'calendar', 'singleAxis', 'timeline', 'matrix', 'brush'];

// weftOption makes an option that came as JSON ready for setOption, in place:
// {"@fn": name, "args": […]} becomes what the function of that name in
// functions.js returns, {"@js": text} the function that the text writes down.
// It throws an Error that says which part of the option can't be drawn. A part of
// an option, for one that is drawn already, needn't name the series' kinds.
function weftOption(option, echarts, part) {
  function list(x) { return x === undefined || x === null ? [] : Array.isArray(x) ? x : [x]; }

  function revive(x) {
    if (x === null || typeof x !== 'object') return x;
    if (Array.isArray(x)) {
      // Rows of numbers hold no functions; looking through a million is dear.
      if (x.length > 64 && (x[0] === null || typeof x[0] !== 'object' || Array.isArray(x[0]))) return x;
      for (var i = 0; i < x.length; i++) x[i] = revive(x[i]);
      return x;
    }
    if (typeof x['@fn'] === 'string') {
      var make = weftFunctions.hasOwnProperty(x['@fn']) && weftFunctions[x['@fn']];
      if (!make) throw new Error('the option names a function that is not there: ' + x['@fn']);
      return make.apply(null, list(x.args).map(revive));
    }
    if (typeof x['@js'] === 'string') {
      try {
        return new Function('echarts', 'return (' + x['@js'] + '\n)')(echarts);
      } catch (e) {
        throw new Error('a function in the option is not right JavaScript: ' + e.message);
      }
    }
    for (var k in x) x[k] = revive(x[k]);
    return x;
  }

  weftAbsent.forEach(function (name) {
    if (option[name] !== undefined) throw new Error('charts with "' + name + '" are not part of this build of ECharts');
  });
  list(option.series).forEach(function (s, i) {
    var kind = s && s.type;
    if (part && kind === undefined) return;
    if (s && kind === undefined) kind = s.type = 'line';
    var known = weftKinds.hasOwnProperty(kind) && weftKinds[kind];
    if (!known) {
      throw new Error('series ' + (i + 1) + ' is of type "' + kind + '", which this build of ECharts has not; it has ' + Object.keys(weftKinds).join(', '));
    }
    if (typeof known === 'string') s.type = known;
  });
  // The theme puts names of axes in their middle, where parallel axes have ticks.
  list(option.parallelAxis).forEach(function (a) {
    if (a && a.nameLocation === undefined) { a.nameLocation = 'end'; if (a.nameGap === undefined) a.nameGap = 12; }
  });
  revive(option);
  return option;
}

// weftMarks estimates how many shapes an option draws.
function weftMarks(option) {
  var n = 0;
  [].concat(option.series || []).forEach(function (s) {
    var data = s && s.data && s.data.length || 0;
    n += s && s.type === 'line' && (s.symbol === 'none' || s.showSymbol === false) ? data / 20 : data;
  });
  [].concat(option.dataset || []).forEach(function (d) { n += d && d.source && d.source.length || 0; });
  return n;
}

// weftFit makes room for titles that are longer than the chart is wide, and for
// a legend that would lie on them: it breaks the lines and moves what stands
// below. It returns by how many pixels the chart gets higher. measure returns the
// width of a text in a font ("600 15px"). What it changes is said even where
// nothing is too long, since options are merged.
function weftFit(option, width, measure) {
  function list(x) { return x === undefined || x === null ? [] : Array.isArray(x) ? x : [x]; }
  if (option.media !== undefined) return 0; // it says itself what changes with the width
  var room = width - 24, most = 0, widest = 0, bottom = 6;
  list(option.title).forEach(function (t) {
    if (!t || t.right !== undefined || t.left !== undefined && typeof t.left !== 'number') return;
    if (typeof (t.top === undefined ? 6 : t.top) !== 'number' || t.top >= 30) return;
    var more = 0, height = t.top === undefined ? 6 : t.top;
    [['text', 'textStyle', '600 ', 15], ['subtext', 'subtextStyle', '', 12]].forEach(function (part) {
      var text = t[part[0]];
      if (typeof text !== 'string' || text === '') return;
      var style = t[part[1]] = t[part[1]] || {}, size = +style.fontSize || part[3];
      var lines = text.split('\n'), extra = 0;
      lines.forEach(function (line) {
        var w = measure(line, part[2] + size + 'px');
        widest = Math.max(widest, Math.min(w, room));
        extra += Math.max(Math.ceil(w * 1.05 / room), 1) - 1; // lines break between words: a little more
      });
      style.width = room;
      style.overflow = 'break';
      height += (lines.length + extra) * Math.round(size * 1.3) + 6;
      if (!extra) return;
      style.lineHeight = Math.round(size * 1.3);
      more += extra * style.lineHeight;
    });
    most = Math.max(most, more);
    bottom = Math.max(bottom, height);
  });

  var axes = option.xAxis !== undefined || option.yAxis !== undefined;
  if (option.grid === undefined && axes) option.grid = {};
  list(option.grid).forEach(function (g) { if (g && g.top === undefined && g.height === undefined) g.top = 66; });

  list(option.legend).forEach(function (l) {
    if (!l || l.show === false || l.orient === 'vertical' || l.left !== undefined || l.bottom !== undefined && l.bottom !== 'auto') return;
    if (l.top !== undefined && !(l.top < 30)) return;
    var names = list(l.data).map(function (d) { return d && d.name || d; });
    if (!names.length) names = list(option.series).map(function (s) { return s && s.name || ''; });
    var length = names.reduce(function (n, name) { return n + measure(String(name), '12px') + 38; }, 0);
    if (!widest || widest + length + 16 <= room) return;
    // Below the title, in lines of its own.
    var lines = Math.max(Math.ceil(length / room), 1);
    l.top = bottom - most; // is moved with the rest
    l.left = 8;
    l.right = 8;
    var first = list(option.grid)[0];
    var lack = bottom - most + lines * 18 + 20 - (first && typeof first.top === 'number' ? first.top : 66);
    if (lack > 0) most += lack, l.top -= lack;
  });

  if (most) {
    ['grid', 'legend', 'visualMap', 'radar', 'parallel', 'series', 'title'].forEach(function (name) {
      list(option[name]).forEach(function (x) { if (x && typeof x.top === 'number' && (name !== 'title' || x.top >= 30)) x.top += most; });
    });
  }
  return most;
}
