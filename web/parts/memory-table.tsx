import type { MemoryAround } from '../../src/model/index.ts';
import { printable } from '../../src/report/printable.ts';

/** Memory as it lies, a row for eight bytes: metadata and what owners have told apart, the wrong word marked. */
export function MemoryTable({ around, wrong }: { around: MemoryAround; wrong: string }) {
  const first = BigInt(around.address);
  const at = BigInt(wrong);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <div class="table" tabIndex={0}>
      <table class="memory">
        <caption>The memory around it, eight bytes a row</caption>
        <thead>
          <tr>
            <th scope="col">address</th>
            <th scope="col">bytes</th>
            <th scope="col">as text</th>
            <th scope="col">is</th>
          </tr>
        </thead>
        <tbody>
          {around.words.map(({ bytes, is, means }, index) => {
            const address = first + BigInt(index) * 8n;
            const isWrong = at >= address && at < address + 8n;
            return (
              <tr key={index} class={`${is ?? ''} ${isWrong ? 'wrong' : ''}`}>
                <td>
                  {isWrong && <b aria-hidden="true">▸</b>}0x{address.toString(16)}
                </td>
                <td>{printable(bytes).replace(/(..)(?=.)/g, '$1 ')}</td>
                <td>{textOf(bytes)}</td>
                <td>
                  {isWrong && <b>wrong here. </b>}
                  {printable(means ?? '')}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function textOf(bytes: string): string {
  return (bytes.match(/[0-9a-f]{2}/g) ?? [])
    .map((pair) => Number.parseInt(pair, 16))
    .map((value) => (value >= 32 && value < 127 ? String.fromCharCode(value) : '·'))
    .join('');
}
