// What ECharts' canvas renderer needs of a page: canvas elements. newContext
// is given by the front.
function weftCanvas(width, height) {
  var context = null;
  var canvas = {
    nodeName: 'CANVAS', width: width, height: height, style: {},
    getContext: function () {
      if (!context) context = newContext(canvas.width, canvas.height, canvas);
      return context;
    },
    getBoundingClientRect: function () { return { left: 0, top: 0, width: width, height: height }; },
    setAttribute: function () {}, getAttribute: function () { return null }, removeAttribute: function () {},
    appendChild: function () {}, addEventListener: function () {}, removeEventListener: function () {},
  };
  return canvas;
}

echarts.setPlatformAPI({
  createCanvas: function () { return weftCanvas(32, 32); },
  measureText: measureText,
  loadImage: loadImage,
  getTime: function () { return 0; }, // or what takes long is left for a later frame
});

// weftEnvelope returns of very many points those that a line of parts pixels
// shows: first, lowest, highest and last of each part (Jugel and others, "M4",
// 2014). Points are numbers, or pairs with the second one drawn upwards; others
// are left as they are.
function weftEnvelope(data, parts) {
  var pairs = data.map(function (d, i) {
    return typeof d === 'number' || d === null ? [i, d] : Array.isArray(d) && typeof d[1] !== 'object' ? d : undefined;
  });
  if (pairs.indexOf(undefined) >= 0) return data;
  var out = [];
  for (var part = 0; part < parts; part++) {
    var from = Math.floor(data.length * part / parts), to = Math.floor(data.length * (part + 1) / parts);
    var low = from, high = from, gap = -1;
    for (var i = from; i < to; i++) {
      var y = pairs[i][1];
      if (y === null || y === undefined || y === '-') { gap = i; continue; }
      if (!(pairs[low][1] <= y)) low = i;
      if (!(pairs[high][1] >= y)) high = i;
    }
    [from, low, high, gap, to - 1].sort(function (a, b) { return a - b; }).forEach(function (i, k, all) {
      if (i >= 0 && i !== all[k - 1]) out.push(pairs[i]);
    });
  }
  return out;
}

// weftEvery returns about n of very many points, evenly spread.
function weftEvery(data, n) {
  var step = data.length / n;
  return Array.apply(null, Array(n)).map(function (_, i) { return data[Math.floor(i * step)]; });
}

// weftAlike tells whether all dots of a series are of one size, shape and colour:
// drawn as one path they take a fifth of the time.
function weftAlike(s, option) {
  var mixed = function (v) { return typeof v === 'function' || Array.isArray(v); };
  return s.type === 'scatter' && s.large === undefined && !option.visualMap && !(s.label && s.label.show) &&
    !mixed(s.symbol) && !mixed(s.symbolSize) && !(s.itemStyle && mixed(s.itemStyle.color)) && !mixed(s.symbolRotate) &&
    s.data.every(function (d) { return typeof d === 'number' || Array.isArray(d); });
}

// weftDraw draws an option, as JSON, on a canvas that newContext makes. It gets
// higher than said where titles need more lines. It returns whether a function of
// the option has changed what all objects have, so that nothing more can be drawn
// here.
function weftDraw(json, width, height) {
  var option = JSON.parse(json);
  weftFunctions.$dress && weftFunctions.$dress(option, false);
  delete option.weft;
  height += weftFit(option, width, function (text, font) { return measureText(text, font + ' sans-serif').width; });
  weftOption(option, echarts);
  option.animation = false;
  if (!option.backgroundColor || option.backgroundColor === 'transparent') option.backgroundColor = '#ffffff';
  if (option.toolbox) [].concat(option.toolbox).forEach(function (t) { if (t) t.show = false; });
  [].concat(option.series || []).forEach(function (s) {
    s.progressive = 0; // all at once: there are no later frames
    s.animation = false;
    var n = s.data && s.data.length || 0;
    if (n > 4000 && s.type === 'line') s.data = weftEnvelope(s.data, 500);
    if (n > 8000 && s.type === 'scatter') s.data = weftEvery(s.data, 8000);
    if (n > 1000 && s.type === 'bar' && s.large === undefined) s.large = true;
    if (n > 150 && weftAlike(s, option)) { s.large = true; s.largeThreshold = 0; }
    if (s.type === 'treemap') s.breadcrumb = { show: false };
    if (s.type === 'graph' && s.layout === 'force') { s.force = s.force || {}; s.force.layoutAnimation = false; }
  });
  var canvas = weftCanvas(width, height);
  var chart = echarts.init(canvas, weftTheme(false), { renderer: 'canvas', width: width, height: height, devicePixelRatio: 1 });
  try {
    chart.setOption(option);
    chart.getZr().flush();
  } finally {
    chart.getZr().painter.clear = function () {}; // dispose wipes the canvas otherwise
    chart.dispose();
  }
  for (var k in {}) return true;
  return false;
}
