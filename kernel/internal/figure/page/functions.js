// The functions that charts' options name: {"@fn": "errorbar", "args": […]}
// stands for weftFunctions.errorbar(…), which is called once for each place and
// gives the function that ECharts calls. They run in pages and, for the still
// picture, in a JavaScript engine without a page, so they touch neither document
// nor window.
//
// Two names are for whoever draws: $dress is called before an option is set,
// $setup after it.
var weftFunctions = (function () {
  'use strict';

  // What is drawn by hand follows the theme of the chart that was dressed last:
  // all charts of a page are light or dark together.
  var colors = dressFor(false);
  var viridisStops = [[68, 1, 84], [72, 40, 120], [62, 73, 137], [49, 104, 142], [38, 130, 142],
    [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37]];
  var si = ['n', 1e-9, 'µ', 1e-6, 'm', 1e-3, '', 1, 'k', 1e3, 'M', 1e6, 'G', 1e9, 'T', 1e12, 'P', 1e15];
  var rates = { 'B/s': 1, 'FLOP/s': 1, 'Hz': 1, 'op/s': 1, 'ops/s': 1, 'bit/s': 1, 'FLOP': 1 };
  var fractions = { 'W': 1, 'J': 1, 'm': 1, 'g': 1, 'V': 1, 'A': 1 };

  function theme() { return colors; }

  // dressFor is the colours by name and number.
  function dressFor(dark) {
    var t = typeof weftTheme === 'function' ? weftTheme(dark) : null, palette = t ? t.color :
      dark ? ['#4fa8e0', '#E69F00', '#2fbf95', '#ee7a2e', '#d98fb8', '#8fd0f5', '#c2a15a', '#a8a8a8'] :
        ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#CC79A7', '#56B4E9', '#8C6D31', '#666666'];
    var c = { text: dark ? '#e4e4e4' : '#222222', muted: dark ? '#ababab' : '#595959', line: dark ? '#6a6a6a' : '#8a8a8a',
      page: dark ? '#1f1f1f' : '#ffffff', net: dark ? '#3d3d3d' : '#e5e5e5' };
    palette.forEach(function (color, i) { c[i] = color; });
    return c;
  }

  // paint replaces "@text", "@muted", "@0" and so on by colours, in place.
  function paint(x) {
    if (Array.isArray(x)) {
      if (x.length > 64 && (x[0] === null || typeof x[0] !== 'object' || Array.isArray(x[0]))) return;
    } else if (x['@fn'] || x['@js']) {
      return;
    }
    for (var k in x) {
      var v = x[k];
      if (v !== null && typeof v === 'object') paint(v);
      else if (/olor$|^fill$|^stroke$/.test(k) && typeof v === 'string' && v.charAt(0) === '@' && colors.hasOwnProperty(v.slice(1))) x[k] = colors[v.slice(1)];
    }
  }

  // number writes v with four significant digits.
  function number(v) {
    if (v === null || v === undefined || v !== v) return 'n/a';
    if (v === Infinity) return '∞';
    if (v === -Infinity) return '−∞';
    if (v === 0) return '0';
    var a = Math.abs(v);
    if (a >= 1e15 || a < 1e-4) return v.toExponential(3).replace(/\.?0+e/, 'e');
    if (a >= 1000) return String(Math.round(v));
    var s = v.toFixed(Math.max(3 - Math.floor(Math.log(a) / Math.LN10 + 1e-12), 0));
    return s.indexOf('.') >= 0 ? s.replace(/\.?0+$/, '') : s;
  }

  // quantity writes v, which is in a base unit, with the unit that fits.
  function quantity(v, unit) {
    if (v === null || v === undefined || v !== v) return 'n/a';
    var a = Math.abs(v) * 1.00005, i, p = 1, name = '';
    if (unit === 'B') {
      var k = 0, names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
      while (k < 4 && a >= 1024) { a /= 1024; p *= 1024; k++; }
      return number(v / p) + ' ' + names[k];
    }
    if (unit === 's' || rates[unit] || fractions[unit]) {
      var from = rates[unit] ? 6 : 0, to = unit === 's' ? 8 : si.length;
      p = a === 0 ? 1 : si[from + 1];
      name = a === 0 ? '' : si[from];
      for (i = from; i < to; i += 2) if (a >= si[i + 1]) { p = si[i + 1]; name = si[i]; }
      return number(v / p) + ' ' + name + unit;
    }
    if (!unit) return Math.abs(v) >= 1e6 && Math.abs(v) < 1e15 && v % 1e5 === 0 ? number(v / 1e6) + ' M' : number(v);
    return number(v) + (unit === '×' ? '' : ' ') + unit;
  }

  // escape makes text safe within the HTML of a tooltip.
  function escape(text) {
    return String(text).replace(/[&<>"']/g, function (c) {
      return { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }[c];
    });
  }

  function viridis(t) {
    t = Math.min(1, Math.max(0, t)) * (viridisStops.length - 1);
    var i = Math.min(Math.floor(t), viridisStops.length - 2), f = t - i, c = [];
    for (var k = 0; k < 3; k++) c.push(Math.round(viridisStops[i][k] * (1 - f) + viridisStops[i + 1][k] * f));
    return c;
  }

  // bright says whether dark text is read more easily on a colour, #rrggbb.
  function bright(color) {
    var c = /^#(..)(..)(..)$/.exec(color);
    return !!c && 0.299 * parseInt(c[1], 16) + 0.587 * parseInt(c[2], 16) + 0.114 * parseInt(c[3], 16) > 140;
  }

  function shorten(text, n) {
    text = String(text);
    return text.length <= n ? text : text.slice(0, n - 1) + '…';
  }

  // textWidth is what a text takes at 11 px, on the large side.
  function textWidth(text) { return text.length * 6.4; }

  function line(x1, y1, x2, y2, style) {
    return { type: 'line', shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: style };
  }

  // span is the part of [a, b] that lies within the drawing, null if none does.
  function within(box, a, b) {
    var from = Math.max(a, box.x), to = Math.min(b, box.x + box.width);
    return to <= from ? null : [from, to - from];
  }

  // setups do what an option alone cannot.
  var setups = {
    // A click on a frame of a flame graph fills the width with it; one on the
    // lowest frame, or beside all, shows the whole again.
    flame: function (chart) {
      var whole = chart.getOption().xAxis[0], low = whole.min, high = whole.max;
      function zoom(from, to) { chart.setOption({ xAxis: { min: from, max: to } }); }
      chart.on('click', function (p) {
        if (p.componentType !== 'series' || !Array.isArray(p.value)) return;
        if (p.value[2] === 0) zoom(low, high); else zoom(p.value[0], p.value[1]);
      });
      chart.getZr().on('click', function (e) { if (!e.target) zoom(low, high); });
    }
  };

  return {
    // $dress prepares an option for a light or a dark page: it gives the colours
    // that are named in it, and has what is drawn by hand follow.
    $dress: function (option, dark) {
      colors = dressFor(!!dark);
      paint(option);
    },

    // $setup is called once for each instance in a page, after the first
    // setOption; names is the option's "weft".
    $setup: function (chart, names) {
      (names || []).forEach(function (name) { if (setups.hasOwnProperty(name)) setups[name](chart); });
    },

    // quantity formats figures of an axis; back makes values of them.
    quantity: function (unit, back) {
      return function (v) {
        if (v !== null && typeof v === 'object') v = v.value;
        return quantity(v * back, unit);
      };
    },

    // fraction formats powers of two: 1/4, 1, 4.
    fraction: function () {
      return function (v) { return v >= 1 ? String(Math.round(v)) : '1/' + Math.round(1 / v); };
    },

    shorten: function (n) {
      return function (text) { return shorten(text, n); };
    },

    // texts gives the text of each item.
    texts: function (all) {
      return function (p) { return all[p.dataIndex] || ''; };
    },

    // always gives the same text.
    always: function (text) {
      return function () { return text; };
    },

    // named gives names at places of an axis.
    named: function (places, names) {
      return function (v) {
        for (var i = 0; i < places.length; i++) if (Math.abs(places[i] - v) < 1e-9) return names[i];
        return '';
      };
    },

    // flowTip is the tooltip of a Sankey diagram, whose nodes are numbered.
    flowTip: function (nodes, names, unit) {
      return function (p) {
        if (p.dataType !== 'edge') return escape(nodes[p.dataIndex] || '').replace(/\n/g, '<br>');
        return escape(names[p.data.source] + ' → ' + names[p.data.target]) + '<br><b>' + escape(quantity(p.data.value, unit)) + '</b>';
      };
    },

    // tip is a tooltip: dims are [index in the data, name, unit, factor to the
    // base unit]; names, if given, are of the items.
    tip: function (dims, names) {
      return function (p) {
        var items = Array.isArray(p) ? p : [p], out = [];
        items.forEach(function (q) {
          var title = names && names[q.dataIndex] || q.name || q.seriesName || '';
          var v = Array.isArray(q.value) ? q.value : [q.value], parts = [];
          dims.forEach(function (d) {
            if (v[d[0]] !== null && v[d[0]] !== undefined && v[d[0]] === v[d[0]]) {
              parts.push((d[1] ? escape(d[1]) + ' ' : '') + '<b>' + escape(quantity(v[d[0]] * d[3], d[2])) + '</b>');
            }
          });
          out.push((title ? escape(title) + '<br>' : '') + parts.join('<br>'));
        });
        return out.join('<br>');
      };
    },

    // tipTexts is a tooltip of ready texts, one for each item.
    tipTexts: function (all) {
      return function (p) { return escape(all[p.dataIndex] || p.name || '').replace(/\n/g, '<br>'); };
    },

    // bin draws a bar of a histogram: [from, to, count].
    bin: function () {
      return function (p, api) {
        var a = api.coord([api.value(0), api.value(2)]), b = api.coord([api.value(1), 0]);
        return { type: 'rect', shape: { x: a[0], y: a[1], width: Math.max(1, b[0] - a[0] - 1), height: Math.max(0, b[1] - a[1]) },
          style: { fill: api.visual('color') } };
      };
    },

    // errorbar draws the interval of a point: [x, low, high].
    errorbar: function () {
      return function (p, api) {
        var lo = api.coord([api.value(0), api.value(1)]), hi = api.coord([api.value(0), api.value(2)]);
        var style = { stroke: api.visual('color'), lineWidth: 1.5, fill: 'none' }, w = 4;
        return { type: 'group', children: [line(lo[0], lo[1], hi[0], hi[1], style),
          line(lo[0] - w, lo[1], lo[0] + w, lo[1], style), line(hi[0] - w, hi[1], hi[0] + w, hi[1], style)] };
      };
    },

    // capped draws the interval of a bar: [place among the categories, low, high,
    // which bar of the place, how many bars there are, thickness]; upright bars or lying ones.
    capped: function (upright) {
      return function (p, api) {
        var i = api.value(0), n = api.value(4), axis = upright ? 0 : 1;
        var lo = api.coord(upright ? [i, api.value(1)] : [api.value(1), i]);
        var hi = api.coord(upright ? [i, api.value(2)] : [api.value(2), i]);
        var band = Math.abs(api.size(upright ? [1, 0] : [0, 1])[axis]);
        var bar = Math.min(band * 0.8 / n * 0.87, api.value(5)), pitch = bar * 1.15;
        var off = (api.value(3) - (n - 1) / 2) * pitch;
        var style = { stroke: theme().text, lineWidth: 1.2, fill: 'none' }, w = Math.min(4, bar / 3);
        lo[axis] += off; hi[axis] += off;
        return { type: 'group', children: upright ?
          [line(lo[0], lo[1], hi[0], hi[1], style), line(lo[0] - w, lo[1], lo[0] + w, lo[1], style), line(hi[0] - w, hi[1], hi[0] + w, hi[1], style)] :
          [line(lo[0], lo[1], hi[0], hi[1], style), line(lo[0], lo[1] - w, lo[0], lo[1] + w, style), line(hi[0], hi[1] - w, hi[0], hi[1] + w, style)] };
      };
    },

    // band fills between points [x, low, high], all of them at once.
    band: function (points) {
      return function (p, api) {
        if (p.dataIndex !== 0) return null;
        var up = [], down = [];
        points.forEach(function (q) { up.push(api.coord([q[0], q[2]])); down.unshift(api.coord([q[0], q[1]])); });
        return { type: 'polygon', shape: { points: up.concat(down) }, style: { fill: api.visual('color'), opacity: 0.18 }, silent: true };
      };
    },

    // interval draws a row of a comparison: [center, low, high, row], with marks
    // for its samples behind and a text at the right.
    interval: function (texts, samples) {
      return function (p, api) {
        var row = api.value(3), m = api.coord([api.value(0), row]), lo = api.coord([api.value(1), row]), hi = api.coord([api.value(2), row]);
        var color = api.visual('color'), children = [], i = p.dataIndex;
        (samples && samples[i] || []).forEach(function (v) {
          var at = api.coord([v, row]);
          children.push(line(at[0], at[1] - 5, at[0], at[1] + 5, { stroke: color, lineWidth: 1, opacity: 0.3 }));
        });
        if (lo[0] === lo[0] && hi[0] === hi[0]) {
          var style = { stroke: color, lineWidth: 2.5 };
          children.push(line(lo[0], lo[1], hi[0], hi[1], style), line(lo[0], lo[1] - 4, lo[0], lo[1] + 4, style), line(hi[0], hi[1] - 4, hi[0], hi[1] + 4, style));
        }
        children.push({ type: 'circle', shape: { cx: m[0], cy: m[1], r: 5 }, style: { fill: color, stroke: theme().page, lineWidth: 1 } });
        if (texts[i]) {
          children.push({ type: 'text', style: { x: p.coordSys.x + p.coordSys.width + 12, y: m[1], text: texts[i], fill: theme().text, fontSize: 12, lineHeight: 15, verticalAlign: 'middle' } });
        }
        return { type: 'group', children: children };
      };
    },

    // violin draws densities: shapes[i] = {d: [[value, 0…1], …], q: [quartile, median, quartile]}.
    violin: function (shapes) {
      return function (p, api) {
        var s = shapes[p.dataIndex], x = api.coord([api.value(0), 0])[0], half = api.size([1, 0])[0] * 0.36, l = [], r = [];
        half = Math.min(half, 90);
        s.d.forEach(function (q) {
          var y = api.coord([api.value(0), q[0]])[1];
          l.push([x - half * q[1], y]); r.unshift([x + half * q[1], y]);
        });
        var y1 = api.coord([0, s.q[0]])[1], y2 = api.coord([0, s.q[1]])[1], y3 = api.coord([0, s.q[2]])[1], color = api.visual('color'), t = theme();
        return { type: 'group', children: [
          { type: 'polygon', shape: { points: l.concat(r) }, style: { fill: color, opacity: 0.55, stroke: color, lineWidth: 1 } },
          { type: 'rect', shape: { x: x - 3, y: y3, width: 6, height: Math.max(1, y1 - y3) }, style: { fill: '#333333' } },
          { type: 'circle', shape: { cx: x, cy: y2, r: 4 }, style: { fill: '#ffffff', stroke: '#333333', lineWidth: 1.5 } }] };
      };
    },

    // span draws a bar on a row: [row, start, end]; labels are written where they fit.
    span: function (labels) {
      return function (p, api) {
        var a = api.coord([api.value(1), api.value(0)]), b = api.coord([api.value(2), api.value(0)]);
        var h = Math.min(30, Math.abs(api.size([0, 1])[1]) * 0.68), at = within(p.coordSys, a[0], Math.max(b[0], a[0] + 1));
        if (!at) return null;
        var text = labels && labels[p.dataIndex] || '', fits = text && at[1] > textWidth(text) + 6 && h >= 12;
        return { type: 'rect', shape: { x: at[0], y: a[1] - h / 2, width: at[1] > 3 ? at[1] - 0.6 : at[1], height: h, r: at[1] > 6 ? 2 : 0 },
          style: { fill: api.visual('color') }, textConfig: { position: 'inside' },
          textContent: fits ? { type: 'text', style: { text: text, fill: bright(api.visual('color')) ? '#222222' : '#ffffff', fontSize: 11 }, silent: true } : undefined };
      };
    },

    // flame draws a frame: [start, end, depth, number of its name, 1 for the runtime's own].
    flame: function (names) {
      var warm = ['#f2a65a', '#ee964b', '#f4b678', '#f0c27b'], cold = ['#b9c6d3', '#a9bacb', '#c5d0db'];
      return function (p, api) {
        var a = api.coord([api.value(0), api.value(2) + 1]), b = api.coord([api.value(1), api.value(2)]), at = within(p.coordSys, a[0], b[0]);
        if (!at) return null;
        var name = names[api.value(3)], hash = 0, i;
        for (i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) & 0xffff;
        var colors = api.value(4) ? cold : warm;
        return { type: 'rect', shape: { x: at[0], y: a[1], width: Math.max(0.5, at[1] - 1), height: Math.max(1, b[1] - a[1] - 1), r: at[1] > 6 ? 2 : 0 },
          style: { fill: colors[hash % colors.length] }, textConfig: { position: 'insideLeft', distance: 4 },
          textContent: at[1] > 34 ? { type: 'text', style: { text: name, fill: '#222222', fontSize: 11, width: at[1] - 9, overflow: 'truncate', ellipsis: '…' }, silent: true } : undefined };
      };
    },

    // flameTip tells a frame's share of total.
    flameTip: function (names, total, unit) {
      return function (p) {
        var v = p.value[1] - p.value[0];
        return escape(names[p.value[3]]) + '<br><b>' + escape(quantity(v, unit)) + '</b>, ' + number(100 * v / total) + ' %';
      };
    },

    // image draws a picture of the shape given, width by height, between two
    // corners. It is stretched by a transform, because SVG keeps an image's shape
    // within its width and height.
    image: function (url, x0, y0, x1, y1, shape) {
      return function (p, api) {
        var a = api.coord([x0, y0]), b = api.coord([x1, y1]);
        var w = Math.abs(b[0] - a[0]), h = Math.abs(b[1] - a[1]);
        return { type: 'image', x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), scaleX: w / (100 * shape), scaleY: h / 100,
          style: { image: url, x: 0, y: 0, width: 100 * shape, height: 100 } };
      };
    },

    // cell draws a cell of a matrix: [column, row, value, 0…1 for the colour].
    cell: function (texts) {
      return function (p, api) {
        var c = api.coord([api.value(0), api.value(1)]), s = api.size([1, 1]), t = api.value(3);
        var w = Math.abs(s[0]), h = Math.abs(s[1]), rgb = t === t && t !== null ? viridis(t) : null, text = texts[p.dataIndex] || '';
        var light = rgb && 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] > 140;
        return { type: 'rect', shape: { x: c[0] - w / 2, y: c[1] - h / 2, width: Math.max(1, w - 1), height: Math.max(1, h - 1) },
          style: rgb ? { fill: 'rgb(' + rgb.join(',') + ')' } : { fill: 'none', stroke: theme().line, lineWidth: 0.5 },
          textConfig: { position: 'inside' },
          textContent: text && w > textWidth(text) + 4 && h > 14 ? { type: 'text', style: { text: text, fill: !rgb ? theme().muted : light ? '#222222' : '#ffffff', fontSize: 11 }, silent: true } : undefined };
      };
    }
  };
})();
