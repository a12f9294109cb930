import { pointedSentence } from '../../src/judge/crash/sentence.ts';
import type { Autopsy, Run } from '../../src/model/index.ts';
import { outcomeText } from '../../src/report/outcome-text.ts';
import { printable } from '../../src/report/printable.ts';
import type { Kind } from '../kind.ts';
import { DataTable } from '../parts/data-table.tsx';
import { EventCard } from '../parts/event-card.tsx';
import { BlockLine, FaultCard } from '../parts/fault-card.tsx';
import { Findings } from '../parts/findings.tsx';
import { HeapSection } from '../parts/heap-account.tsx';
import { Stops } from '../parts/stop-card.tsx';
import { toneOf, VerdictBadge } from '../parts/verdict.tsx';

/** A page of `crossfree/autopsy@1`: the story, the moment of the crash, what the tools said. */
export const AutopsyPage: Kind = ({ data }) => {
  const autopsy = data.result as Autopsy;
  const {
    verdict,
    command = [],
    evidence,
    outcome,
    story,
    findings,
    fault,
    flags,
    remarks,
    threads = [],
    stops = [],
  } = autopsy;
  return (
    <>
      <section class={`hero ${toneOf(verdict)}`}>
        <h1>
          <VerdictBadge verdict={verdict} />
          {command.length > 0 && <code class="command">{printable(command.join(' '))}</code>}
        </h1>
        <ol class="told">
          {story.map((line, index) => (
            <li key={index}>{printable(line)}</li>
          ))}
        </ol>
        <ul class="facts">
          <li>
            <b>{outcomeText(outcome)}</b> how it ended
          </li>
          {evidence.map(({ tool, file, complete }, index) => (
            <li key={index} class={complete ? '' : 'unsure'}>
              <b>{printable(tool)}</b> {file === undefined ? '' : printable(file)}
              {!complete && ', which breaks off'}
            </li>
          ))}
        </ul>
      </section>
      {fault && (
        <section class="gaps crash" aria-label="The fault">
          <h2>
            {printable([fault.signal, fault.signalCode].filter(Boolean).join(', '))}
            {fault.address !== undefined && <code> {printable(fault.address)}</code>}
          </h2>
          <FaultCard fault={fault} data={data} />
        </section>
      )}
      {autopsy.heap && <HeapSection heap={autopsy.heap} />}
      {autopsy.blocks && autopsy.blocks.length > 0 && (
        <section class="gaps">
          <h2>Blocks that something pointed into</h2>
          <ul>
            {autopsy.blocks.map((block, index) => (
              <li key={index}>
                {printable(pointedSentence(block))}
                <BlockLine {...block} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Stops stops={stops} />
      {findings.length > 0 && <Findings run={asRun(autopsy)} data={data} />}
      {flags.length > 0 && (
        <section class="gaps">
          <h2>What was said before the end</h2>
          <DataTable
            header={['by', 'said', 'means']}
            rows={flags.map(({ by, said, name }) => [
              printable(by),
              <code key="said">{printable(said)}</code>,
              printable(name),
            ])}
          />
        </section>
      )}
      {remarks.length > 0 && (
        <section class="gaps">
          <h2>What the tools say besides</h2>
          <DataTable
            header={['tool', 'kind', 'message']}
            rows={remarks.map(({ tool, kind, message }) => [tool, kind, message].map(printable))}
          />
        </section>
      )}
      {threads.length > 0 && (
        <details class="processes">
          <summary>The other threads</summary>
          {threads.map(({ thread, stack }) => (
            <EventCard
              key={thread}
              label="live"
              words="stood here"
              world={undefined}
              event={{ thread, stack }}
              data={data}
            />
          ))}
        </details>
      )}
      <Open autopsy={autopsy} />
    </>
  );
};

/** What is not known, and what would tell. */
function Open({ autopsy: { unknown, next } }: { autopsy: Autopsy }) {
  if (unknown.length + next.length === 0) return null;
  return (
    <section class="gaps">
      <h2>Not known</h2>
      <ul>
        {unknown.map(({ what, remedy }, index) => (
          <li key={index}>
            {printable(what)}
            <p class="remedy">What would tell: {printable(remedy)}</p>
          </li>
        ))}
      </ul>
      {next.map((line, index) => (
        <pre key={index} class="printed">
          {printable(line)}
        </pre>
      ))}
    </section>
  );
}

function asRun({ command = [], outcome, verdict, findings }: Autopsy): Run {
  return {
    schema: 'crossfree/run@1',
    command,
    arrangement: {},
    outcome,
    verdict,
    coverage: 'none',
    findings,
    processes: [],
    observed: { allocations: {}, gaps: [], unknownReleases: 0 },
  };
}
