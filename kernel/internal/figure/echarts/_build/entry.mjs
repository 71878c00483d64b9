// What our build of ECharts holds: the kinds of chart that notebooks use. Left
// out for their size: maps (they need a country's outline too), polar and single
// axes, calendars, theme rivers, pictorial bars, time lines, the brush, matrices,
// thumbnails, chords, and the morphing of one chart into another.
import * as core from 'echarts/core';
import {
  LineChart, BarChart, PieChart, ScatterChart, RadarChart,
  TreeChart, TreemapChart, SunburstChart, GraphChart, SankeyChart, GaugeChart,
  FunnelChart, ParallelChart, BoxplotChart, CandlestickChart, HeatmapChart,
  CustomChart,
} from 'echarts/charts';
import {
  GridComponent,
  GraphicComponent, ToolboxComponent, TooltipComponent, TitleComponent,
  MarkPointComponent, MarkLineComponent, MarkAreaComponent, LegendComponent,
  DataZoomComponent, VisualMapComponent, AriaComponent, TransformComponent,
  DatasetComponent,
} from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

core.use([
  LineChart, BarChart, PieChart, ScatterChart, RadarChart,
  TreeChart, TreemapChart, SunburstChart, GraphChart, SankeyChart, GaugeChart,
  FunnelChart, ParallelChart, BoxplotChart, CandlestickChart, HeatmapChart,
  CustomChart,
  GridComponent,
  GraphicComponent, ToolboxComponent, TooltipComponent, TitleComponent,
  MarkPointComponent, MarkLineComponent, MarkAreaComponent, LegendComponent,
  DataZoomComponent, VisualMapComponent, AriaComponent, TransformComponent,
  DatasetComponent, LabelLayout, CanvasRenderer, SVGRenderer,
]);

// The calls that option.js and the page make, and no more: what isn't named
// here is dropped from the build.
export const version = core.version;
export const init = core.init;
export const dispose = core.dispose;
export const setPlatformAPI = core.setPlatformAPI;
export const getInstanceByDom = core.getInstanceByDom;
export const graphic = core.graphic;
export const format = core.format;
export const number = core.number;
export const time = core.time;
