import type { Event, Frame } from '../../src/model/index.ts';
import type { Excerpt, PageData } from '../../src/report/html/page-data.ts';
import { printable } from '../../src/report/printable.ts';
import { frameName, framePlace, ownFrames } from '../../src/report/stack-view.ts';
import { counted } from '../../src/report/words.ts';

interface Props {
  label: string;
  words: string;
  world: string | undefined;
  event: Event;
  data: PageData;
}

/** One side of a block's story: where in the program, with its source, and how it came there. */
export function EventCard({ label, words, world, event, data }: Props) {
  const [site, ...callers] = ownFrames(event.stack);
  return (
    <section class={`event ${label}`}>
      <h3>
        <span class="mark" aria-hidden="true" />
        {words}
        {world !== undefined && <span class="world">{printable(world)}</span>}
      </h3>
      <p class="call">
        {event.via !== undefined && <code>{printable(event.via)}</code>}
        <span>thread {event.thread}</span>
        {event.probable && <span>probably: an earlier block of this place</span>}
      </p>
      {site ? <Place frame={site} data={data} /> : <p>(no stack)</p>}
      {callers.slice(0, 2).map((frame, index) => (
        <Caller key={index} frame={frame} data={data} />
      ))}
      {event.stack.length > 0 && (
        <details>
          <summary>Whole stack, {counted(event.stack.length, 'frame')}</summary>
          <ol class="stack">
            {event.stack.map((frame, index) => (
              <li key={index}>
                <span class="function">{frameName(frame)}</span>
                {frame.inlined && <small> inlined</small>}
                <span class="place">{framePlace(frame, data.cwd)}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function Place({ frame, data }: { frame: Frame; data: PageData }) {
  const excerpt = data.excerpts[`${frame.file}:${frame.line}`];
  return (
    <>
      <p class="site">
        <span class="function">{frameName(frame)}</span>
        <span class="place">{framePlace(frame, data.cwd)}</span>
      </p>
      {excerpt && <Source excerpt={excerpt} line={frame.line ?? 0} />}
    </>
  );
}

function Caller({ frame, data }: { frame: Frame; data: PageData }) {
  return (
    <p class="caller">
      <span>in</span> <span class="function">{frameName(frame)}</span>
      <span class="place">{framePlace(frame, data.cwd)}</span>
    </p>
  );
}

function Source({ excerpt, line }: { excerpt: Excerpt; line: number }) {
  return (
    <figure class="source">
      {excerpt.younger && (
        <figcaption>This file is younger than the program: lines may have moved.</figcaption>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>
        {excerpt.lines.map((text, index) => {
          const number = excerpt.first + index;
          return (
            <span key={number} class={number === line ? 'hit' : ''}>
              <i aria-hidden="true">{number === line ? '▸' : ' '}</i>
              <b>{number}</b>
              {printable(text.replaceAll('\t', '  '))}
              {'\n'}
            </span>
          );
        })}
      </pre>
    </figure>
  );
}
