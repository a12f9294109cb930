import { useRef, useState } from 'preact/hooks';
import { printable } from '../../src/report/printable.ts';
import { counted } from '../../src/report/words.ts';
import { arrangementText } from '../../src/search/matrix/arrangement-text.ts';
import type { HeatMap, PlacedCell } from '../../src/search/matrix/heat-map.ts';
import type { Cell } from '../../src/search/matrix/result.ts';
import { toneOf, VerdictShape } from './verdict.tsx';

interface Props {
  map: HeatMap;
  chosen: Cell | undefined;
  /** Verdicts that stand back. */
  hidden: ReadonlySet<string>;
  choose(cell: Cell): void;
  open(cell: Cell): void;
}

/** A table that is walked; its cells are a grid's by that. */
const GRID = { role: 'grid' } as const;

/** Allocators across, worlds down; one place has the focus, the arrow keys move it. */
export function HeatMapGrid({ map, chosen, hidden, choose, open }: Props) {
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState(() => placeOf(map, chosen));
  const go = (row: number, column: number) => {
    const next = { row: clamp(row, map.rows.length), column: clamp(column, map.columns.length) };
    setAt(next);
    const place = map.rows[next.row]?.cells[next.column];
    if (place) choose(place.cell);
    table.current?.querySelector<HTMLElement>(`[data-place="${next.row}-${next.column}"]`)?.focus();
  };
  const steps: Record<string, () => void> = {
    ArrowRight: () => go(at.row, at.column + 1),
    ArrowLeft: () => go(at.row, at.column - 1),
    ArrowDown: () => go(at.row + 1, at.column),
    ArrowUp: () => go(at.row - 1, at.column),
    Home: () => go(at.row, 0),
    End: () => go(at.row, map.columns.length - 1),
    Enter: () => opened(),
    ' ': () => opened(),
  };
  const opened = () => {
    const place = map.rows[at.row]?.cells[at.column];
    if (place) open(place.cell);
  };
  return (
    <div class="table">
      <table
        class="map"
        {...GRID}
        aria-label="Verdicts by world and allocator"
        ref={table}
        onKeyDown={(event) => {
          const step = steps[event.key];
          if (!step) return;
          event.preventDefault();
          step();
        }}
      >
        <thead>
          <tr>
            <th scope="col">moved</th>
            {map.columns.map((name) => (
              <th key={name} scope="col">
                {printable(shortName(name))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {map.rows.map((row, rowIndex) => (
            <tr key={row.name}>
              <th scope="row">{printable(row.name)}</th>
              {row.cells.map((place, column) => (
                <Place
                  key={column}
                  place={place}
                  name={`${rowIndex}-${column}`}
                  focused={at.row === rowIndex && at.column === column}
                  chosen={place !== undefined && place.cell === chosen}
                  dimmed={place !== undefined && hidden.has(place.cell.verdict)}
                  onClick={() => go(rowIndex, column)}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PlaceProps {
  place: PlacedCell | undefined;
  name: string;
  focused: boolean;
  chosen: boolean;
  dimmed: boolean;
  onClick(): void;
}

function Place({ place, name, focused, chosen, dimmed, onClick }: PlaceProps) {
  // in a grid a table's cells are its cells
  const common = { 'data-place': name, tabIndex: focused ? 0 : -1, 'aria-selected': chosen, onClick };
  if (!place)
    return (
      <td {...common} class="none" aria-label="nothing was run here">
        –
      </td>
    );
  const { cell, own } = place;
  const [first] = cell.distribution;
  const alike = first ? `${first.count} of ${cell.runs.length}` : '';
  const findings = Math.max(0, ...cell.runs.map((run) => run.findings.length));
  const words = `${arrangementText(cell.moved)}: ${cell.verdict}, ${first?.outcome ?? ''}, ${alike} alike, ${counted(findings, 'finding')}`;
  return (
    <td
      {...common}
      class={`place ${toneOf(cell.verdict)} v-${cell.verdict} ${dimmed ? 'dimmed' : ''}`}
      aria-label={printable(words)}
    >
      <span class="verdict">
        <VerdictShape verdict={cell.verdict} />
        {cell.verdict}
      </span>
      <span class="ended">{printable(first?.outcome ?? '')}</span>
      <small>
        {cell.distribution.length > 1 ? `${alike} alike` : `${cell.runs.length} alike`}
        {own && ' · as it is'}
        {cell.notMoved && ' · not moved'}
      </small>
    </td>
  );
}

function placeOf(map: HeatMap, chosen: Cell | undefined): { row: number; column: number } {
  for (const [row, { cells }] of map.rows.entries()) {
    const column = cells.findIndex((place) => place !== undefined && place.cell === chosen);
    if (column >= 0) return { row, column };
  }
  return { row: 0, column: 0 };
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}

/** An allocator that was named by its file is shown by that file's name. */
function shortName(allocator: string): string {
  return allocator.slice(allocator.lastIndexOf('/') + 1);
}
