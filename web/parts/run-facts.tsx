import type { Gap, Run } from '../../src/model/index.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { outcomeText } from '../../src/report/outcome-text.ts';
import { printable } from '../../src/report/printable.ts';
import { nearer } from '../../src/report/stack-view.ts';
import { counted, worldName } from '../../src/report/words.ts';
import { toneOf, VerdictBadge } from './verdict.tsx';

/** The verdict at a glance, and what it rests on. */
export function RunHead({ run, data }: { run: Run; data: PageData }) {
  const { verdict, coverage, outcome, findings, processes } = run;
  return (
    <section class={`hero ${toneOf(verdict)}`}>
      <h1>
        <VerdictBadge verdict={verdict} />
        <code class="command">{printable(run.command.join(' '))}</code>
      </h1>
      <p class="meaning">{data.words[verdict]}</p>
      <ul class="facts">
        <li>
          <b>{outcomeText(outcome)}</b> how it ended
        </li>
        <li>
          <b>{findings.length === 0 ? 'none' : findings.length}</b> findings
        </li>
        <li class={coverage === 'full' ? '' : 'unsure'}>
          <b>{coverage}</b> coverage
        </li>
        {processes.length > 1 && (
          <li>
            <b>{processes.length}</b> processes
          </li>
        )}
        {Object.entries(run.arrangement).map(([world, allocator]) => (
          <li key={world}>
            <b>{printable(allocator)}</b> {printable(worldName(world))},{' '}
            {counted(run.observed.allocations[world] ?? 0, 'block')}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Gaps({ gaps, cwd }: { gaps: readonly Gap[]; cwd: string }) {
  if (gaps.length === 0) return null;
  return (
    <section class="gaps">
      <h2>Not observed</h2>
      <ul>
        {gaps.map(({ module, reason, remedy }, index) => (
          <li key={index}>
            {module !== undefined && <code>{printable(nearer(module, cwd))}</code>} {printable(reason)}
            <p class="remedy">Remedy: {printable(remedy)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Processes({ run }: { run: Run }) {
  if (run.processes.length < 2) return null;
  return (
    <details class="processes">
      <summary>{counted(run.processes.length, 'process', 'processes')}</summary>
      <table>
        <thead>
          <tr>
            <th>process</th>
            <th>parent</th>
            <th>command</th>
            <th>outcome</th>
          </tr>
        </thead>
        <tbody>
          {run.processes.map(({ pid, parent, command, outcome }) => (
            <tr key={pid}>
              <td>{pid}</td>
              <td>{parent ?? ''}</td>
              <td>
                <code>{printable(command.join(' '))}</code>
              </td>
              <td>{outcomeText(outcome)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
