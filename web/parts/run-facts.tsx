import type { ComponentChildren } from 'preact';
import { pointedSentence } from '../../src/judge/crash/sentence.ts';
import type { Corruption, Gap, Run } from '../../src/model/index.ts';
import { faultText } from '../../src/report/crash-view.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { outcomeText } from '../../src/report/outcome-text.ts';
import { printable } from '../../src/report/printable.ts';
import { nearer } from '../../src/report/stack-view.ts';
import { counted, worldName } from '../../src/report/words.ts';
import { BlockLine, FaultCard } from './fault-card.tsx';
import { MemoryTable } from './memory-table.tsx';
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

/** What no longer adds up in an allocator's metadata, as it was read from outside at the end. */
export function Corruptions({ run: { corruption = [] } }: { run: Run }) {
  if (corruption.length === 0) return null;
  return (
    <section class="gaps corrupt">
      <h2>The heap no longer adds up</h2>
      <ul>
        {corruption.map((one, index) => (
          <CorruptionItem key={index} one={one} />
        ))}
      </ul>
    </section>
  );
}

/** One place that is wrong, with the memory around it drawn. */
export function CorruptionItem({ one, children }: { one: Corruption; children?: ComponentChildren }) {
  const { allocator, kind, address, chunk, what, message, pid, around } = one;
  return (
    <li>
      <b>{printable(kind)}</b> in {printable(allocator)}, at <code>{printable(address)}</code>
      {chunk !== undefined && chunk !== address && (
        <>
          , chunk <code>{printable(chunk)}</code>
        </>
      )}
      <small> process {pid}</small>
      <p>{printable(what)}</p>
      {message !== undefined && <p class="remedy">What it says when it notices: {printable(message)}</p>}
      {children}
      {around && <MemoryTable around={around} wrong={address} />}
    </li>
  );
}

/** The moments at which fatal signals ended processes, with the blocks that they are about. */
export function Crashes({ run, data }: { run: Run; data: PageData }) {
  return (
    <>
      {run.crashes?.map((crash, index) => {
        const fault = crash.earlier?.at(-1) ?? crash.fault;
        return (
          <section key={index} class="gaps crash">
            <h2>
              {printable(fault.signal ?? 'A signal')} <small>{printable(faultText(fault))}</small>
            </h2>
            <FaultCard fault={fault} data={data} />
            <ul>
              {crash.blocks.map((block, at) => (
                <li key={at}>
                  {printable(pointedSentence(block))}
                  <BlockLine {...block} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </>
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
