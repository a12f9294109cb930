import { basename, join } from 'node:path';
import { mappingOf, readMaps } from '../../evidence/memory-map.ts';
import { walkOf } from '../../evidence/page-walk.ts';
import { check, compare } from '../answer.ts';
import { capture } from '../capture.ts';
import { compile } from '../compile.ts';
import { type Answer, type Claim, measured, type PageBlock } from '../experiment.ts';
import { hex } from '../figures.ts';

/** The address that the article decodes, and what it makes of it. */
const ADDRESS = '0x00007fab8c3d2150';
const TABLES = ['pml4', 'pdpt', 'pd', 'pt', 'offset'] as const;

const CLAIMS = [
  { id: 'pml4', source: 'A', claimed: '0x0fe' },
  { id: 'pdpt', source: 'A', claimed: '0x1ae' },
  { id: 'pd', source: 'A', claimed: '0x118' },
  { id: 'pt', source: 'A', claimed: '0x1d2' },
  { id: 'offset', source: 'A', claimed: '0x150' },
  { id: 'heap-region', source: 'A', claimed: 'addresses from 0x00007f… are the standard heap region' },
] as const satisfies Claim[];

/** Where one kind of memory lies in the specimen. */
export interface Place {
  kind: string;
  address: string;
  /** The mapping's name; `anonymous` for memory without one, `unmapped` for none. */
  mapping: string;
}

export interface Measurement {
  address: string;
  places: Place[];
}

export const experiment = measured<Measurement>({
  id: 'page-walk',
  title: 'What an address says: page-table indices, and which memory it lies in',
  needs: ['gcc'],
  uses: [],
  claims: CLAIMS,
  async measure(bench) {
    bench.progress('page-walk: where memory lies');
    const program = await compile(
      ['gcc', '-O1', '-pthread'],
      join(bench.specimens, 'places.c'),
      join(bench.directory, 'places'),
    );
    return { address: ADDRESS, places: placesOf((await capture([program])).stdout) };
  },
  answersOf,
  pageOf,
});

/** What the specimen printed: its places, and its map. */
export function placesOf(stdout: string): Place[] {
  const maps = readMaps(stdout);
  const places = [...stdout.matchAll(/^place (\S+) (0x[0-9a-f]+)$/gm)].map(([, kind = '', address = '']) => {
    const mapping = mappingOf(maps, BigInt(address));
    return { kind, address, mapping: mapping ? basename(mapping.name) || 'anonymous' : 'unmapped' };
  });
  if (places.length === 0) throw new Error(`the specimen told no places: ${stdout.slice(0, 200)}`);
  return places;
}

/** What the measurement says to each claim; `walk` decodes an address. */
export function answersOf(
  { address, places }: Measurement,
  walk: typeof walkOf = walkOf,
): Record<(typeof CLAIMS)[number]['id'], Answer> {
  const indices = walk(BigInt(address));
  const index = (table: (typeof TABLES)[number], claimed: string, why: string) =>
    compare(hex(indices[table], 3), claimed, why);
  const bits = (from: number, to: number) => `bits ${from} to ${to} of ${address}`;
  const [small, ...others] = [
    ...places.filter(({ kind }) => kind === 'small-block'),
    ...places.filter(({ kind }) => kind !== 'small-block'),
  ];
  const inRegion = ({ address: place }: Place) => BigInt(place) >> 40n === 0x7fn;
  return {
    pml4: index('pml4', CLAIMS[0].claimed, bits(47, 39)),
    pdpt: index('pdpt', CLAIMS[1].claimed, bits(38, 30)),
    pd: index('pd', CLAIMS[2].claimed, bits(29, 21)),
    pt: index('pt', CLAIMS[3].claimed, bits(20, 12)),
    offset: index('offset', CLAIMS[4].claimed, bits(11, 0)),
    'heap-region': check(
      small !== undefined &&
        inRegion(small) &&
        !others.some((place) => inRegion(place) && !place.kind.endsWith('block')),
      places
        .filter(inRegion)
        .map(({ kind }) => `${kind} at 0x7f…`)
        .concat(
          small !== undefined && !inRegion(small) ? [`small-block elsewhere, in ${small.mapping}`] : [],
        ),
      'the brk heap, where small blocks of the first thread lie, follows the program; 0x7f… is where mmap puts libraries, large blocks and the heaps of other threads, and the stack stands at its upper end. The article itself printed a block at 0x55cd332f5be0',
    ),
  };
}

/** The page that a person reads. */
export function pageOf({ address, places }: Measurement): PageBlock[] {
  const row = (name: string, of: string) => {
    const walk = walkOf(BigInt(of));
    return [name, of, ...TABLES.map((table) => hex(walk[table], 3))];
  };
  return [
    {
      kind: 'text',
      text: 'The same split that `crossfree addr` makes, of the claimed address and of live ones.',
    },
    {
      kind: 'table',
      header: ['what', 'address', 'PML4', 'PDPT', 'PD', 'PT', 'offset', 'mapping'],
      rows: [
        [...row("the article's", address), ''],
        ...places.map(({ kind, address: of, mapping }) => [...row(kind, of), mapping]),
      ],
    },
  ];
}
