import type { HeapAccount } from '../../src/model/index.ts';
import { printable } from '../../src/report/printable.ts';
import { DataTable } from './data-table.tsx';
import { CorruptionItem } from './run-facts.tsx';

/** The heap as it stood at the moment of a crash: what does not add up, and what the registers point to. */
export function HeapSection({ heap: { allocators, corruption, places, notes } }: { heap: HeapAccount }) {
  if (corruption.length + places.length + notes.length === 0) return null;
  return (
    <section class={`gaps ${corruption.length > 0 ? 'corrupt' : ''}`}>
      <h2>
        The heap <small>{allocators.map(printable).join(', ')}</small>
      </h2>
      <ul>
        {corruption.map((one, index) => (
          <CorruptionItem key={index} one={one}>
            {one.before && (
              <p>
                Before it ends the block at <code>{printable(one.before.address)}</code>, of {one.before.size}{' '}
                bytes: who writes past its end does this.
              </p>
            )}
            {one.found !== undefined && (
              <p>
                There stands now, as text: <code>{printable(one.found)}</code>
              </p>
            )}
          </CorruptionItem>
        ))}
      </ul>
      {places.length > 0 && (
        <DataTable
          header={['what points', 'block', 'size', 'at byte', 'state', 'where']}
          rows={places.map(({ pointers, block, offset, state, where }) => [
            pointers.map(printable).join(', '),
            <code key="block">{printable(block.address)}</code>,
            block.size,
            offset,
            state,
            printable(where ?? ''),
          ])}
        />
      )}
      {notes.map((note, index) => (
        <p key={index} class="remedy">
          {printable(note)}
        </p>
      ))}
    </section>
  );
}
