import { describe, expect, it } from 'vitest';
import { readValgrindXml } from './valgrind.ts';

const HEAD = `<?xml version="1.0"?>

<valgrindoutput>
<protocolversion>4</protocolversion>
<protocoltool>memcheck</protocoltool>
<status>
  <state>RUNNING</state>
  <time>00:00:00:00.077 </time>
</status>
`;

const INVALID_FREE = `<error>
  <unique>0x0</unique>
  <tid>1</tid>
  <kind>InvalidFree</kind>
  <what>Invalid free() / delete / delete[] / realloc()</what>
  <stack>
    <frame>
      <ip>0x484417B</ip>
      <obj>/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so</obj>
      <fn>free</fn>
    </frame>
    <frame>
      <ip>0x11BEC9</ip>
      <obj>/tmp/df</obj>
      <fn>call_once&lt;fn(), ()&gt;</fn>
      <dir>/src</dir>
      <file>double-free.rs</file>
      <line>18</line>
    </frame>
  </stack>
  <auxwhat>Address 0x4a62ce0 is 0 bytes inside a block of size 64 free'd</auxwhat>
  <stack>
    <frame>
      <ip>0x11BEBB</ip>
      <fn>elsewhere</fn>
    </frame>
  </stack>
</error>
`;

const LEAK = `<error>
  <unique>0x1</unique>
  <kind>Leak_DefinitelyLost</kind>
  <xwhat>
    <text>64 bytes in 1 blocks are definitely lost</text>
    <leakedbytes>64</leakedbytes>
  </xwhat>
  <stack><frame><ip>0x1</ip><fn>malloc</fn></frame></stack>
</error>
`;

const TAIL = `<status>
  <state>FINISHED</state>
  <time>00:00:00:00.417 </time>
</status>
</valgrindoutput>
`;

describe('readValgrindXml', () => {
  it('reads an error with the stack of the act, not that of the birth', () => {
    expect(readValgrindXml(HEAD + INVALID_FREE + TAIL)).toMatchObject({
      complete: true,
      errors: [
        {
          kind: 'InvalidFree',
          what: 'Invalid free() / delete / delete[] / realloc()',
          stack: [
            { function: 'free', module: '/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so' },
            { function: 'call_once<fn(), ()>', module: '/tmp/df', file: '/src/double-free.rs', line: 18 },
          ],
        },
      ],
    });
  });

  it('reads the sentence of a leak', () => {
    expect(readValgrindXml(HEAD + LEAK + TAIL).errors).toMatchObject([
      { kind: 'Leak_DefinitelyLost', what: '64 bytes in 1 blocks are definitely lost' },
    ]);
  });

  it('finds no error where there is none', () => {
    expect(readValgrindXml(HEAD + TAIL)).toEqual({ errors: [], complete: true });
  });

  it('keeps what came before a break, and says that there was one', () => {
    const cut = HEAD + INVALID_FREE + LEAK.slice(0, LEAK.indexOf('</xwhat>'));
    const { errors, complete } = readValgrindXml(cut);
    expect(errors.map((error) => error.kind)).toEqual(['InvalidFree']);
    expect(complete).toBe(false);
  });

  it('takes an empty file for a broken-off one', () => {
    expect(readValgrindXml('')).toEqual({ errors: [], complete: false });
  });
});
