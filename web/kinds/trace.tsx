import { useState } from 'preact/hooks';
import type { Plot } from '../../src/lab/experiment.ts';
import type { Trace, TracedProcess } from '../../src/model/trace.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { outcomeText } from '../../src/report/outcome-text.ts';
import { printable } from '../../src/report/printable.ts';
import { frameName, framePlace, ownFrames } from '../../src/report/stack-view.ts';
import { counted } from '../../src/report/words.ts';
import type { Kind } from '../kind.ts';
import { bytes } from '../parts/amount.ts';
import { DataTable } from '../parts/data-table.tsx';
import { FlameGraph } from '../parts/flame-graph.tsx';
import { PlotFigure } from '../parts/plot.tsx';

/** A page of `crossfree/trace@1`: for each process totals, a timeline, a flame graph, the sites. */
export const TracePage: Kind = ({ data }) => {
  const { command, processes, outcome, problems } = data.result as Trace;
  return (
    <>
      <section class="hero trace">
        <h1>
          Every allocation <code class="command">{printable(command.join(' '))}</code>
        </h1>
        <p class="meaning">
          {counted(processes.length, 'process', 'processes')} recorded.
          {outcome && ` The program ${outcomeText(outcome)}.`}
        </p>
        {problems.map((problem, index) => (
          <p key={index} class="doubt">
            {printable(problem)}
          </p>
        ))}
      </section>
      {processes.map((process) => (
        <Process key={process.pid} process={process} data={data} />
      ))}
    </>
  );
};

function Process({ process, data }: { process: TracedProcess; data: PageData }) {
  const { totals, pid, command, lost, sites } = process;
  const facts: [string, string][] = [
    [totals.allocations.toLocaleString('en'), 'allocations'],
    [bytes(totals.bytes), 'allocated'],
    [bytes(totals.peakBytes), `at the peak, after ${Math.round(process.peakAtMs)} ms`],
    [bytes(totals.liveBytes), `still live, in ${counted(totals.live, 'block')}`],
    [totals.temporary.toLocaleString('en'), 'released at once'],
  ];
  return (
    <section class="experiment">
      <h2>
        <code>{printable(command.join(' '))}</code> <small>process {pid}</small>
      </h2>
      <ul class="facts">
        {facts.map(([value, what]) => (
          <li key={what}>
            <b>{value}</b> {what}
          </li>
        ))}
      </ul>
      {lost && (
        <p class="doubt">
          {lost.allocations.toLocaleString('en')} allocations are in no file: {printable(lost.why)}.
        </p>
      )}
      <PlotFigure plot={timelineOf(process)} />
      <FlameGraph sites={sites} cwd={data.cwd} />
      <PlotFigure plot={lifetimesOf(process)} />
      <Sites process={process} cwd={data.cwd} />
    </section>
  );
}

/** So many points show every hill of a curve. */
const POINTS = 400;

function timelineOf({ timeline: { everyMs, liveBytes } }: TracedProcess): Plot {
  const step = Math.max(1, Math.ceil(liveBytes.length / POINTS));
  const points = [];
  for (let at = 0; at < liveBytes.length; at += step) {
    const most = liveBytes.slice(at, at + step).reduce((high, value) => Math.max(high, value), 0);
    points.push({ x: at * everyMs, y: most / 1024 });
  }
  return {
    kind: 'plot',
    title: 'Live memory over time',
    x: { label: 'milliseconds', scale: 'linear' },
    y: { label: 'KiB, the most within each step', scale: 'linear' },
    series: [{ name: 'live', points }],
  };
}

function lifetimesOf({ lifetimes }: TracedProcess): Plot {
  const filled = lifetimes.filter(
    ({ blocks, belowNs }) => blocks > 0 && Number.isFinite(belowNs) && belowNs > 0,
  );
  return {
    kind: 'plot',
    title: 'How long blocks lived',
    x: { label: 'less than so many nanoseconds', scale: 'log10' },
    y: { label: 'blocks', scale: 'log10' },
    series: [{ name: 'blocks', points: filled.map(({ belowNs, blocks }) => ({ x: belowNs, y: blocks })) }],
  };
}

const SHOWN = 50;

function Sites({ process: { sites }, cwd }: { process: TracedProcess; cwd: string }) {
  const [text, setText] = useState('');
  const wanted = text.toLowerCase().trim();
  const fitting = sites.filter(({ stack }) =>
    wanted === '' ? true : stack.some((frame) => frame.function?.toLowerCase().includes(wanted)),
  );
  return (
    <section aria-label="Call sites">
      <h3>Call sites</h3>
      <label class="search">
        <span class="unseen">Filter sites by function</span>
        <input
          type="search"
          placeholder="Filter by function…"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <p class="count">
        {Math.min(SHOWN, fitting.length)} of {counted(sites.length, 'site')}
      </p>
      <DataTable
        header={['site', 'world', 'bytes', 'allocations', 'at the peak', 'still live']}
        rows={fitting.slice(0, SHOWN).map((site) => {
          const [own = site.stack[0]] = ownFrames(site.stack);
          return [
            own ? (
              <>
                <span class="function">{frameName(own)}</span>{' '}
                <span class="place">{framePlace(own, cwd)}</span>
              </>
            ) : (
              '(no stack)'
            ),
            printable(site.world),
            bytes(site.bytes),
            site.allocations.toLocaleString('en'),
            bytes(site.peakBytes),
            bytes(site.liveBytes),
          ];
        })}
      />
    </section>
  );
}
