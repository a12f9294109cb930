import type { Axis, Plot, PlotPoint } from '../../src/lab/experiment.ts';
import { figure } from '../../src/lab/figures.ts';
import { plotTable } from '../../src/lab/plot.ts';
import { printable } from '../../src/report/printable.ts';
import { DataTable } from './data-table.tsx';
import { type Scale, scaleOf } from './scale.ts';

const WIDTH = 720;
const HEIGHT = 320;
const EDGE = { left: 64, right: 16, top: 12, bottom: 44 };

/** Series are told by the shape of their points as well as by colour. */
const SHAPES = [
  'M-4-4h8v8h-8z',
  'M0-5 5 4h-10z',
  'M0-5 5 0 0 5-5 0z',
  'M-4-4 4 4M-4 4 4-4',
  'M-5 0h10M0-5v10',
];

/** Series over one axis, with the points as a table for who cannot see them. */
export function PlotFigure({ plot }: { plot: Plot }) {
  const points = plot.series.flatMap((series) => series.points);
  if (points.length === 0) return null;
  const x = scaleOf(
    plot.x.scale,
    points.map((point) => point.x),
    [EDGE.left, WIDTH - EDGE.right],
  );
  const ys = points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]);
  const y = scaleOf(plot.y.scale, ys, [HEIGHT - EDGE.bottom, EDGE.top]);
  const { header, rows } = plotTable(plot, Number.POSITIVE_INFINITY);
  return (
    <figure class="plot">
      <figcaption>{printable(plot.title)}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${printable(plot.title)}; the table below has its points`}
      >
        <Grid x={x} y={y} axes={plot} />
        {plot.series.map((series, index) => (
          <g key={series.name} class={`series s${index % 8}`}>
            {series.points.map((point) => spread(point, x, y))}
            <path class="curve" d={curve(series.points, x, y)} />
            {series.points.length <= 40 &&
              series.points.map((point) => (
                <path
                  key={point.x}
                  class="point"
                  d={SHAPES[index % SHAPES.length]}
                  transform={`translate(${x.place(point.x)} ${y.place(point.y)})`}
                />
              ))}
          </g>
        ))}
      </svg>
      <ul class="legend">
        {plot.series.map(({ name }, index) => (
          <li key={name} class={`series s${index % 8}`}>
            <svg viewBox="-8 -8 16 16" aria-hidden="true">
              <path class="curve" d="M-8 0h16" />
              <path class="point" d={SHAPES[index % SHAPES.length]} />
            </svg>
            {printable(name)}
          </li>
        ))}
      </ul>
      <details>
        <summary>The points as a table</summary>
        <DataTable header={header.map(printable)} rows={rows} />
      </details>
    </figure>
  );
}

function curve(points: readonly PlotPoint[], x: Scale, y: Scale): string {
  return points
    .map((point, index) => `${index === 0 ? 'M' : 'L'}${x.place(point.x)} ${y.place(point.y)}`)
    .join('');
}

function spread({ x: at, low, high }: PlotPoint, x: Scale, y: Scale) {
  if (low === undefined || high === undefined) return null;
  return <path key={at} class="spread" d={`M${x.place(at)} ${y.place(low)}V${y.place(high)}`} />;
}

function Grid({ x, y, axes }: { x: Scale; y: Scale; axes: { x: Axis; y: Axis } }) {
  return (
    <g class="grid">
      {x.ticks.map((tick) => (
        <g key={tick} transform={`translate(${x.place(tick)} ${HEIGHT - EDGE.bottom})`}>
          <path d={`M0 0V${EDGE.top + EDGE.bottom - HEIGHT}`} />
          <text y={16} text-anchor="middle">
            {figure(tick)}
          </text>
        </g>
      ))}
      {y.ticks.map((tick) => (
        <g key={tick} transform={`translate(${EDGE.left} ${y.place(tick)})`}>
          <path d={`M0 0H${WIDTH - EDGE.left - EDGE.right}`} />
          <text x={-6} y={4} text-anchor="end">
            {figure(tick)}
          </text>
        </g>
      ))}
      <text class="axis" x={(WIDTH + EDGE.left) / 2} y={HEIGHT - 6} text-anchor="middle">
        {printable(axes.x.label)}
      </text>
      <text class="axis" transform={`translate(12 ${HEIGHT / 2}) rotate(-90)`} text-anchor="middle">
        {printable(axes.y.label)}
      </text>
    </g>
  );
}
