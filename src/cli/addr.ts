import { Command } from 'commander';
import type { Addr, AddressBlock, Frame } from '../model/index.ts';
import { badValue, UsageError } from './failure.ts';

interface Options {
  pid?: string;
  json?: true;
}

const HELP = `
Splits an address as the processor does when it walks the page tables, with four levels and with five,
and says whether it is canonical. With --pid it also names the mapping that the address lies in, and the
block: as crossfree knows it where the process runs under crossfree run, and as glibc's own words have it.
The process is not stopped: what it changes meanwhile is seen half.

Exit status:
  0   the address was decoded
  2   the command line cannot be meant, or there is no such process

Examples:
  crossfree addr 0x7fab8c3d2150
  crossfree addr 0x55cd332f5be0 --pid 1234 --json`;

const STDOUT = 1;

export function addrCommand(): Command {
  return new Command('addr')
    .description('decode an address: page-table indices, and the mapping and block it lies in')
    .usage('[options] ADDRESS')
    .argument('<address>')
    .option('--pid <pid>', 'name the mapping and the block of this process')
    .option('--json', 'write one JSON object')
    .addHelpText('after', HELP)
    .action(addr);
}

async function addr(text: string, options: Options): Promise<void> {
  const [{ decodeAddress, decodeIn }, { say }] = await Promise.all([
    import('../addr.ts'),
    import('../report/say.ts'),
  ]);
  if (!/^(0x)?[0-9a-f]{1,16}$/i.test(text)) {
    throw badValue('addr', 'a hexadecimal address of at most 16 digits, such as `0x7fab8c3d2150`', text);
  }
  const address = BigInt(/^0x/i.test(text) ? text : `0x${text}`);
  const { pid } = options;
  if (pid !== undefined && !/^[1-9]\d{0,9}$/.test(pid))
    throw badValue('--pid', 'the number of a process', pid);
  const decoded =
    pid === undefined
      ? decodeAddress(address)
      : await decodeIn(address, Number(pid)).catch((error) => {
          throw notReadable(pid, error);
        });
  say(options.json ? `${JSON.stringify(decoded, undefined, 2)}\n` : asText(decoded), STDOUT);
}

function notReadable(pid: string, error: NodeJS.ErrnoException): Error {
  if (error.code === undefined) return error;
  const why =
    error.code === 'ENOENT' || error.code === 'ESRCH'
      ? 'there is none of this number'
      : `its memory cannot be read (${error.code})`;
  return new UsageError(`\`--pid\` expects a process of yours, but got \`${pid}\`: ${why}`);
}

const index = (value: number) => `0x${value.toString(16).padStart(3, '0')}`;

function asText({ address, walks, pid, mapping, blocks = [], notes = [] }: Addr): string {
  const lines = walks.map(({ levels, canonical, pml5, pml4, pdpt, pd, pt, offset }) => {
    const tables = { PML5: pml5, PML4: pml4, PDPT: pdpt, PD: pd, PT: pt, offset };
    const parts = Object.entries(tables).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name} ${index(value)}`],
    );
    return `  ${levels} levels  ${parts.join('  ')}  ${canonical ? 'canonical' : 'not canonical: any access faults'}`;
  });
  if (pid !== undefined) lines.push(`  ${mappingText(BigInt(address), pid, mapping ?? undefined)}`);
  lines.push(...blocks.flatMap(blockText), ...notes.map((note) => `  ${note}`));
  return `0x${BigInt(address).toString(16).padStart(16, '0')}\n${lines.join('\n')}\n`;
}

function mappingText(address: bigint, pid: number, mapping: Addr['mapping'] | undefined): string {
  if (!mapping) return `process ${pid} has nothing mapped there`;
  const { start, end, permissions, name } = mapping;
  const what = name === '' ? 'anonymous memory' : name;
  return `process ${pid}  ${what}  ${permissions}  ${start}-${end.slice(2)}, 0x${(address - BigInt(start)).toString(16)} from its start`;
}

function blockText({ from, start, size, offset, state, world, birth, chunk }: AddressBlock): string[] {
  const bytes = size === undefined ? 'a block' : `a block of ${size} bytes`;
  const where = offset === 0 ? 'its start' : `${offset} bytes from its start`;
  if (from === 'glibc') {
    const flags = chunk?.flags.length ? `, ${chunk.flags.join(' | ')}` : '';
    const held = chunk?.state === 'used' || chunk?.state === 'mmapped' ? '' : ` (${chunk?.state})`;
    return [`  glibc      ${bytes} at ${start}, ${state}${held}, ${where}; chunk of ${chunk?.size}${flags}`];
  }
  return [
    `  crossfree  ${bytes} of ${world ?? 'an unknown world'} at ${start}, ${state}, ${where}`,
    ...(birth?.stack ?? []).map(
      (frame, at) => `${at === 0 ? '    born  ' : '      in  '}${frameText(frame)}`,
    ),
  ];
}

function frameText({ function: name, file, line, module, offset }: Frame): string {
  const place =
    file === undefined ? `${module ?? '?'}${offset ? `+${offset}` : ''}` : `${file}:${line ?? '?'}`;
  return `${name ?? '??'}  ${place}`;
}
