import type { DebuggerStop, Frame } from '../../src/model/index.ts';
import { printable } from '../../src/report/printable.ts';
import { DataTable } from './data-table.tsx';

/** Where a debugger stopped the program: what stood there. The first one is open. */
export function Stops({ stops }: { stops: readonly DebuggerStop[] }) {
  if (stops.length === 0) return null;
  return (
    <section class="gaps" aria-label="Stops">
      <h2>Where gdb stopped it</h2>
      {stops.map((stop, index) => (
        <details key={index} class="stop" open={index === 0}>
          <summary>
            {printable(stop.code ?? stop.signal ?? stop.why)}
            {stop.frame && ` ${placeOf(stop.frame)}`}
          </summary>
          <Lines
            kind="source"
            lines={stop.source.map(({ line, text, current }) => ({ text: `${line}  ${text}`, current }))}
          />
          <Lines
            kind="instructions"
            lines={stop.instructions.map(({ address, text, function: name, current }) => ({
              text: `${address}${name === undefined ? '' : ` <${name}>`}  ${text}`,
              current,
            }))}
          />
          <Table
            header={['local', 'type', 'value']}
            rows={stop.locals.map(({ name, type = '', value = '…' }) => [name, type, value])}
          />
          <Table header={['register', 'value']} rows={Object.entries(stop.registers)} />
          <Table
            header={['stack', 'word', 'points to']}
            rows={stop.words.map(({ address, value, name = '' }) => [address, value, name])}
          />
          <Table
            header={['call', 'place']}
            rows={stop.stack.map((frame, level) => [`#${level}`, placeOf(frame)])}
          />
        </details>
      ))}
    </section>
  );
}

function Lines({ kind, lines }: { kind: string; lines: { text: string; current?: true | undefined }[] }) {
  if (lines.length === 0) return null;
  return (
    <pre class={`printed stop-${kind}`}>
      {lines.map(({ text, current }, index) => {
        const shown = `${current ? '=>' : '  '} ${printable(text)}\n`;
        return current ? <b key={index}>{shown}</b> : shown;
      })}
    </pre>
  );
}

function Table({ header, rows }: { header: string[]; rows: string[][] }) {
  if (rows.length === 0) return null;
  return <DataTable header={header} rows={rows.map((row) => row.map(printable))} />;
}

function placeOf({ function: name, file, line, module }: Frame): string {
  const where = file === undefined ? module : `${file}${line === undefined ? '' : `:${line}`}`;
  return printable([name ?? '??', where].filter((part) => part !== undefined).join(' at '));
}
