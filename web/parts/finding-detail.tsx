import { type Event, type Finding, type Run, servedBy } from '../../src/model/index.ts';
import { advise } from '../../src/report/advice.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { printable } from '../../src/report/printable.ts';
import { counted, worldName } from '../../src/report/words.ts';
import { BlockCard } from './block-card.tsx';
import { EventCard } from './event-card.tsx';
import { Prose } from './prose.tsx';

export function FindingDetail({ finding, run, data }: { finding: Finding; run: Run; data: PageData }) {
  const { code, kind, certainty, message, count, worlds, birth, death, detail, pid } = finding;
  const explanation = data.explanations[code];
  const doubt = printable(detail.reason ?? 'the evidence is incomplete');
  return (
    <>
      <p class="over">
        <b class="code">{code}</b> {kind}
        <span class={`tag ${certainty}`}>{certainty}</span>
        {count > 1 && <span class="tag">{counted(count, 'time')}</span>}
        {pid !== undefined && <span class="tag">process {pid}</span>}
      </p>
      <h2>{printable(message)}</h2>
      {certainty === 'possible' && <p class="doubt">This may be a false positive: {doubt}.</p>}
      <p class="advice">{advise(finding, (world) => servedBy(run.arrangement, world))}</p>
      <div class="story">
        <Side label="live" words="still live, born here" event={detail.other?.birth} data={data} />
        <Side label="cause" words="the wrong release behind it" event={detail.cause?.death} data={data} />
        <Side label="born" words="born here" event={birth} world={worlds.allocated} data={data} />
        <Side label="freed" words="released first here" event={detail.released} data={data} />
        <Side label="died" words="died here" event={death} world={worlds.released} data={data} />
      </div>
      <BlockCard finding={finding} />
      {explanation !== undefined && (
        <details class="explanation">
          <summary>What {code} means, what it proves, and how to mend it</summary>
          <Prose markdown={explanation} />
        </details>
      )}
    </>
  );
}

interface SideProps {
  label: string;
  words: string;
  event: Event | undefined;
  world?: string | undefined;
  data: PageData;
}

function Side({ event, world, ...rest }: SideProps) {
  if (!event) return null;
  return <EventCard event={event} world={world === undefined ? undefined : worldName(world)} {...rest} />;
}
