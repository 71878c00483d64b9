// weftTheme returns the look of every chart, for a light or a dark page.
//
// Colours of series: Okabe and Ito, "Color Universal Design" (2008), without the
// yellow, which is not seen on white. Ramps: viridis (van der Walt and Smith, 2015).
// Names of fonts stand in single quotes: ZRender writes them into style="…" as
// they are.
function weftTheme(dark) {
  var ink = dark ? '#e4e4e4' : '#222222';
  var pale = dark ? '#ababab' : '#595959';
  var rule = dark ? '#6a6a6a' : '#8a8a8a';
  var net = dark ? '#3d3d3d' : '#e5e5e5';
  var page = dark ? '#1f1f1f' : '#ffffff';
  var axis = {
    axisLine: { show: true, lineStyle: { color: rule } },
    axisTick: { show: true, lineStyle: { color: rule } },
    minorTick: { lineStyle: { color: rule } },
    axisLabel: { color: pale, fontSize: 12 },
    nameLocation: 'middle',
    nameTextStyle: { color: ink, fontSize: 12 },
    splitLine: { lineStyle: { color: net } },
    minorSplitLine: { lineStyle: { color: net, opacity: 0.5 } },
    splitArea: { areaStyle: { color: ['transparent', net] } },
  };
  var category = {};
  for (var k in axis) category[k] = axis[k];
  category.splitLine = { show: false, lineStyle: { color: net } };
  category.axisTick = { show: false, alignWithLabel: true, lineStyle: { color: rule } };
  var ramp = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'];
  var slider = {
    backgroundColor: 'transparent', borderColor: rule, fillerColor: dark ? 'rgba(86,180,233,0.2)' : 'rgba(0,114,178,0.12)',
    handleStyle: { color: page, borderColor: rule }, moveHandleStyle: { color: rule }, textStyle: { color: pale },
    dataBackground: { lineStyle: { color: rule }, areaStyle: { color: net } },
  };
  return {
    darkMode: !!dark,
    backgroundColor: 'transparent',
    color: dark
      ? ['#4fa8e0', '#E69F00', '#2fbf95', '#ee7a2e', '#d98fb8', '#8fd0f5', '#c2a15a', '#a8a8a8']
      : ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#CC79A7', '#56B4E9', '#8C6D31', '#666666'],
    textStyle: { fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif", color: ink },
    title: {
      left: 8, top: 6, itemGap: 8,
      textStyle: { color: ink, fontSize: 15, fontWeight: 600 },
      subtextStyle: { color: pale, fontSize: 12 },
    },
    legend: {
      top: 8, right: 12, left: 'auto', bottom: 'auto', itemWidth: 16, itemHeight: 9, itemGap: 16,
      textStyle: { color: ink }, inactiveColor: rule, pageTextStyle: { color: pale }, pageIconColor: ink, pageIconInactiveColor: rule,
    },
    grid: { left: 66, right: 28, top: 66, bottom: 52 },
    categoryAxis: category, valueAxis: axis, logAxis: axis, timeAxis: axis,
    tooltip: {
      backgroundColor: page, borderColor: rule, borderWidth: 1, textStyle: { color: ink, fontSize: 12 }, confine: true,
      axisPointer: { lineStyle: { color: rule }, crossStyle: { color: rule }, shadowStyle: { color: dark ? 'rgba(255,255,255,0.06)' : 'rgba(0,0,0,0.05)' } },
    },
    axisPointer: { label: { backgroundColor: dark ? '#4a4a4a' : '#555555', color: '#ffffff' } },
    toolbox: { top: 6, right: 12, iconStyle: { borderColor: pale }, emphasis: { iconStyle: { borderColor: ink } } },
    visualMap: { textStyle: { color: pale }, color: ramp.reverse() }, // from high to low
    dataZoom: slider,
    markLine: { label: { color: ink }, lineStyle: { color: pale } },
    markArea: { label: { color: ink }, itemStyle: { color: dark ? 'rgba(255,255,255,0.07)' : 'rgba(0,0,0,0.05)' } },
    line: { symbol: 'circle', symbolSize: 6, lineStyle: { width: 2 } },
    boxplot: { itemStyle: { color: dark ? 'rgba(79,168,224,0.18)' : 'rgba(0,114,178,0.12)', borderColor: dark ? '#4fa8e0' : '#0072B2', borderWidth: 1.5 } },
    candlestick: { itemStyle: { color: '#D55E00', color0: '#0072B2', borderColor: '#D55E00', borderColor0: '#0072B2' } },
    // Charts without axes begin below the title.
    pie: { center: ['50%', '56%'], label: { color: ink }, labelLine: { lineStyle: { color: rule } }, itemStyle: { borderColor: page, borderWidth: 1 } },
    funnel: { top: 66, bottom: 24 },
    sunburst: { center: ['50%', '56%'], radius: [0, '80%'], itemStyle: { borderColor: page, borderWidth: 1 } },
    tree: {
      top: 66, bottom: 24, left: 80, right: 120, symbolSize: 8, lineStyle: { color: rule },
      label: { color: ink, position: 'left', verticalAlign: 'middle', align: 'right', distance: 8 },
      leaves: { label: { position: 'right', align: 'left' } },
    },
    treemap: { top: 60, bottom: 36, left: 8, right: 8, breadcrumb: { bottom: 4, itemStyle: { color: net, textStyle: { color: ink } } }, itemStyle: { borderColor: page } },
    graph: { top: 66, bottom: 24, lineStyle: { color: rule } },
    sankey: { top: 66, bottom: 24, left: 24, right: 100, label: { color: ink }, lineStyle: { opacity: 0.3 } },
    radar: {
      center: ['50%', '56%'], axisName: { color: ink }, axisLine: { lineStyle: { color: net } },
      splitLine: { lineStyle: { color: net } }, splitArea: { areaStyle: { color: ['transparent', 'transparent'] } },
    },
    gauge: {
      axisLine: { lineStyle: { color: [[1, net]] } }, axisLabel: { color: pale }, axisTick: { lineStyle: { color: rule } },
      splitLine: { lineStyle: { color: rule } }, title: { color: ink }, detail: { color: ink }, center: ['50%', '58%'],
    },
    parallel: {
      top: 90, bottom: 40, left: 60, right: 70,
      parallelAxisDefault: { nameLocation: 'end', nameGap: 12, axisLine: axis.axisLine, axisTick: axis.axisTick, axisLabel: axis.axisLabel, nameTextStyle: axis.nameTextStyle },
    },
  };
}
