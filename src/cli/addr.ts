import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Mapping } from '../evidence/memory-map.ts';
import type { PageWalk } from '../evidence/page-walk.ts';
import { badValue, UsageError } from './failure.ts';

interface Options {
  pid?: string;
  json?: true;
}

const HELP = `
Splits an address as the processor does when it walks the page tables, with four levels and with five,
and says whether it is canonical. With --pid it also names the mapping that the address lies in.

Exit status:
  0   the address was decoded
  2   the command line cannot be meant, or there is no such process

Examples:
  crossfree addr 0x7fab8c3d2150
  crossfree addr 0x55cd332f5be0 --pid 1234 --json`;

const STDOUT = 1;

export function addrCommand(): Command {
  return new Command('addr')
    .description('decode an address: page-table indices, and the mapping it lies in')
    .usage('[options] ADDRESS')
    .argument('<address>')
    .option('--pid <pid>', 'name the mapping of this process')
    .option('--json', 'write one JSON object')
    .addHelpText('after', HELP)
    .action(addr);
}

async function addr(text: string, options: Options): Promise<void> {
  const [{ walkOf }, { mappingOf, readMaps }, { say }] = await Promise.all([
    import('../evidence/page-walk.ts'),
    import('../evidence/memory-map.ts'),
    import('../report/say.ts'),
  ]);
  if (!/^(0x)?[0-9a-f]{1,16}$/i.test(text)) {
    throw badValue('addr', 'a hexadecimal address of at most 16 digits, such as `0x7fab8c3d2150`', text);
  }
  const address = BigInt(text.startsWith('0x') || text.startsWith('0X') ? text : `0x${text}`);
  const walks = [walkOf(address, 4), walkOf(address, 5)];
  const mapping = options.pid === undefined ? undefined : mappingOf(readMaps(mapsOf(options.pid)), address);
  say(
    options.json
      ? `${JSON.stringify(asJson(address, walks, options.pid, mapping), undefined, 2)}\n`
      : asText(address, walks, options.pid, mapping),
    STDOUT,
  );
}

function mapsOf(pid: string): string {
  if (!/^[1-9]\d{0,9}$/.test(pid)) throw badValue('--pid', 'the number of a process', pid);
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is none of this number' : `its mappings cannot be read (${code})`;
    throw new UsageError(`\`--pid\` expects a process of yours, but got \`${pid}\`: ${why}`);
  }
}

const hex = (value: number | bigint, digits = 1) => `0x${value.toString(16).padStart(digits, '0')}`;

function asJson(address: bigint, walks: PageWalk[], pid: string | undefined, mapping: Mapping | undefined) {
  return {
    schema: 'crossfree/addr@1',
    address: hex(address),
    walks,
    ...(pid !== undefined && {
      pid: Number(pid),
      mapping: mapping
        ? {
            start: hex(mapping.start),
            end: hex(mapping.end),
            permissions: mapping.permissions,
            offset: hex(mapping.offset + address - mapping.start),
            name: mapping.name,
          }
        : null,
    }),
  };
}

function asText(
  address: bigint,
  walks: PageWalk[],
  pid: string | undefined,
  mapping: Mapping | undefined,
): string {
  const lines = walks.map(({ levels, canonical, pml5, pml4, pdpt, pd, pt, offset }) => {
    const tables = { PML5: pml5, PML4: pml4, PDPT: pdpt, PD: pd, PT: pt, offset };
    const parts = Object.entries(tables).flatMap(([name, index]) =>
      index === undefined ? [] : [`${name} ${hex(index, 3)}`],
    );
    return `  ${levels} levels  ${parts.join('  ')}  ${canonical ? 'canonical' : 'not canonical: any access faults'}`;
  });
  if (pid !== undefined) lines.push(`  ${mappingText(address, pid, mapping)}`);
  return `${hex(address, 16)}\n${lines.join('\n')}\n`;
}

function mappingText(address: bigint, pid: string, mapping: Mapping | undefined): string {
  if (mapping === undefined) return `process ${pid} has nothing mapped there`;
  const { start, end, permissions, name } = mapping;
  const what = name === '' ? 'anonymous memory' : name;
  return `process ${pid}  ${what}  ${permissions}  ${hex(start)}-${hex(end)}, ${hex(address - start)} from its start`;
}
