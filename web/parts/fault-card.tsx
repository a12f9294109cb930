import type { Fault, PointedBlock } from '../../src/model/index.ts';
import type { PageData } from '../../src/report/html/page-data.ts';
import { printable } from '../../src/report/printable.ts';
import { DataTable } from './data-table.tsx';
import { EventCard } from './event-card.tsx';

const WIDTH = 600;
const BAR = 22;

/** The moment at which a program was stopped: the place, the instruction, the registers. */
export function FaultCard({ fault, data }: { fault: Fault; data: PageData }) {
  const { stack = [], instruction, registers } = fault;
  return (
    <>
      {stack.length > 0 && (
        <EventCard
          label="died"
          words="stopped here"
          world={undefined}
          event={{ thread: 1, stack }}
          data={data}
        />
      )}
      {instruction && (
        <p class="instruction">
          <code>{printable(instruction.text ?? instruction.bytes ?? instruction.address)}</code>
          {instruction.operand !== undefined && <small> {printable(instruction.operand)}</small>}
        </p>
      )}
      {registers && (
        <details>
          <summary>Registers</summary>
          <DataTable
            header={['register', 'value']}
            rows={Object.entries(registers).map(([name, value]) => [printable(name), printable(value)])}
          />
        </details>
      )}
    </>
  );
}

/** A block to scale, with the place that something points at: inside, or past its end. */
export function BlockLine({ block, offset, state }: PointedBlock) {
  const { size } = block;
  if (size === undefined || size === 0) return null;
  const longest = Math.max(size, offset + 1);
  const at = (bytes: number) => (bytes / longest) * WIDTH;
  return (
    <svg
      class="drawing"
      viewBox={`0 0 ${WIDTH} ${BAR + 30}`}
      role="img"
      aria-label={`a ${state} block of ${size} bytes at ${printable(block.address)}, pointed at byte ${offset}`}
    >
      <rect class={state === 'freed' ? 'died' : 'born'} y={6} width={at(size)} height={BAR} rx={3} />
      <g transform={`translate(${at(offset)} 0)`}>
        <path d={`M0 0v${BAR + 12}`} class="pointer" />
        <text
          x={offset > longest / 2 ? -6 : 6}
          y={BAR + 24}
          text-anchor={offset > longest / 2 ? 'end' : 'start'}
        >
          byte {offset} of {size}
        </text>
      </g>
    </svg>
  );
}
