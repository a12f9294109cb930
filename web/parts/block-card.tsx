import type { Finding } from '../../src/model/index.ts';
import { printable } from '../../src/report/printable.ts';

const WIDTH = 600;
const BAR = 26;

/** What is known of the block, and for a wrong layout or pointer a drawing to scale. */
export function BlockCard({ finding }: { finding: Finding }) {
  const { block, detail } = finding;
  const facts: [string, string | undefined][] = [
    ['address', block.address],
    ['size', bytes(block.size)],
    ['alignment', bytes(block.alignment)],
    ['pointer', detail.pointer],
    ['points', detail.where],
    ['allocator of both', detail.sameAllocator ? 'the same' : undefined],
    ['act', detail.act],
  ];
  return (
    <section class="block">
      <h3>The block</h3>
      <dl>
        {facts.map(
          ([name, value]) =>
            value !== undefined &&
            value !== '' && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{printable(value)}</dd>
              </div>
            ),
        )}
      </dl>
      <Drawing finding={finding} />
    </section>
  );
}

function bytes(count: number | undefined): string | undefined {
  return count === undefined ? undefined : `${count} ${count === 1 ? 'byte' : 'bytes'}`;
}

function Drawing({ finding: { block, detail } }: { finding: Finding }) {
  const size = detail.expected?.size ?? block.size;
  const stated = detail.actual?.size;
  const offset = detail.where === 'interior' ? detail.offset : undefined;
  if (size === undefined || (stated === undefined && offset === undefined)) return null;
  const longest = Math.max(size, stated ?? 0, offset ?? 0, 1);
  const length = (count: number) => Math.max(2, (count / longest) * WIDTH);
  const bars = [
    { words: `handed out: ${size} bytes`, count: size, tone: 'born' },
    ...(stated === undefined ? [] : [{ words: `released as ${stated} bytes`, count: stated, tone: 'died' }]),
  ];
  const words = [...bars.map((bar) => bar.words), offset === undefined ? '' : `pointer at byte ${offset}`];
  return (
    <svg
      class="drawing"
      viewBox={`0 0 ${WIDTH} ${bars.length * (BAR + 20) + 20}`}
      role="img"
      aria-label={words.filter((text) => text !== '').join(', ')}
    >
      {bars.map((bar, index) => (
        <g key={bar.tone} transform={`translate(0 ${index * (BAR + 20) + 16})`}>
          <text y={-4}>{bar.words}</text>
          <rect class={bar.tone} width={length(bar.count)} height={BAR} rx={3} />
        </g>
      ))}
      {offset !== undefined && (
        <g transform={`translate(${(offset / longest) * WIDTH} 12)`}>
          <path d={`M0 0v${BAR + 10}`} class="pointer" />
          <text x={6} y={BAR + 18}>
            pointer at byte {offset}
          </text>
        </g>
      )}
    </svg>
  );
}
