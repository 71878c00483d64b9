// Unpacks the library that lies in this page and runs it.
(function () {
  var block = document.getElementById('weft-charts-library');
  if (!block || typeof DecompressionStream === 'undefined' || window.weftCharts && window.weftCharts.run) return;
  var packed = Uint8Array.from(atob(block.textContent), function (c) { return c.charCodeAt(0); });
  var stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  new Response(stream).text().then(function (text) {
    var script = document.createElement('script');
    script.textContent = text;
    document.head.appendChild(script);
  });
})();
