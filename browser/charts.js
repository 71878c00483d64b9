// What the charts on this page look like, as Chart in sight.go. The texts of a
// live chart are asked of ECharts' own list of what it draws.
(() => {
  const visible = e => {
    if (!e) return false;
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && style.display !== 'none';
  };

  // boxes are the texts that are drawn, with where they are in the chart.
  const boxes = chart => {
    const list = [];
    for (const el of chart.getZr().storage.getDisplayList(true)) {
      if (el.type !== 'tspan' && el.type !== 'text') continue;
      const text = String(el.style.text ?? '').trim();
      if (!text || el.ignore || el.invisible || el.style.opacity === 0) continue;
      // The library takes a line to be as high as a Chinese letter is wide, which
      // is nothing without a font that has it: the height is the font's here.
      const box = el.getBoundingRect().clone();
      const high = parseFloat(/([\d.]+)px/.exec(el.style.font)?.[1] ?? 12), low = box.height;
      box.y -= { top: 0, middle: (high - low) / 2 }[el.style.textBaseline] ?? high - low;
      box.height = high;
      const matrix = el.getComputedTransform ? el.getComputedTransform() : el.transform;
      // The box around a slanted text says nothing about who touches whom.
      if (matrix && Math.abs(matrix[0]) > 0.01 && Math.abs(matrix[1]) > 0.01) continue;
      if (matrix) box.applyTransform(matrix);
      list.push({ text, x: box.x, y: box.y, width: box.width, height: box.height });
    }
    return list;
  };

  // trouble is what is wrong with them. A box is a little higher than its
  // letters: so much may be shared.
  const trouble = (chart) => {
    const wrong = [], list = boxes(chart), width = chart.getWidth(), height = chart.getHeight();
    list.forEach((a, i) => {
      if (a.x < -1 || a.y < -2 || a.x + a.width > width + 1 || a.y + a.height > height + 2)
        wrong.push(`"${a.text}" is cut off: ${Math.round(a.x)},${Math.round(a.y)} ${Math.round(a.width)}×${Math.round(a.height)} of ${width}×${height}`);
      for (const b of list.slice(i + 1)) {
        const w = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
        const h = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
        const low = Math.min(a.height, b.height);
        if (w > 2 && h > 0.25 * low) wrong.push(`"${a.text}" and "${b.text}" lie on each other, ${w.toFixed(0)}×${h.toFixed(0)} pixels`);
      }
    });
    return wrong;
  };

  const charts = window.weftCharts?.list ?? [];
  return [...document.querySelectorAll('.weft-chart')].map(e => {
    const live = e.querySelector('.weft-live'), still = e.querySelector('.weft-still');
    const [shown, part] = visible(live) ? ['live', live] : visible(still) && still.naturalWidth > 0 ? ['still', still] : ['', e];
    const box = part.getBoundingClientRect();
    const found = charts.find(c => e.contains(c.element) || c.element === e);
    return { shown, x: box.x, y: box.y, width: box.width, height: box.height,
      trouble: shown !== 'live' ? [] : found ? trouble(found.chart) : ['it is not in weftCharts.list'] };
  });
})()
