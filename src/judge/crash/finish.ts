import { type Address, keyOf, type Symbols } from '../../evidence/address.ts';
import { faultOfRecord, registersOf } from '../../evidence/crash-record.ts';
import { callAddress, namedFrames, type PlacedAddress } from '../../evidence/frames.ts';
import type { Symbolizer } from '../../evidence/symbolizer.ts';
import { CrashBlockState, ModuleFlag } from '../../ledger/enums.ts';
import type { LoadedModules } from '../../ledger/loaded-modules.ts';
import { moduleAt } from '../../ledger/process-state.ts';
import type { CrashRecord } from '../../ledger/records.ts';
import type { Crash, Event, Fault, PointedBlock } from '../../model/index.ts';
import { ownFrame } from '../autopsy/own-frame.ts';
import { optional, type RawEvent } from '../collect.ts';
import type { RuntimeFunction } from '../functions.ts';
import { withSymbolizer } from '../with-symbolizer.ts';
import { ANY, UNDETERMINED, type WorldNames } from '../world-names.ts';
import type { RawCrash, RawPointedBlock } from './raw.ts';

/** Crashes with the names of functions, files and lines. */
export async function finishCrashes(
  raw: readonly RawCrash[],
  names: WorldNames,
  functions: readonly RuntimeFunction[],
  given: Symbolizer | undefined,
): Promise<Crash[]> {
  return withSymbolizer(given, async (symbolizer) => {
    const symbols = await symbolizer.lookUp(raw.flatMap(addressesOf));
    return Promise.all(raw.map((crash) => finishCrash(crash, symbols, names, functions)));
  });
}

function addressesOf(crash: RawCrash): Address[] {
  const events = crash.blocks.flatMap(({ birth, released }) => [birth, released]);
  const places = [
    ...crash.signals.flatMap((signal) => placesOf(signal, crash.modules)),
    ...events.flatMap((event) => event?.frames ?? []),
  ];
  const addresses = new Map<string, Address>();
  for (const place of places) {
    const address = callAddress(place);
    if (address) addresses.set(keyOf(address), address);
  }
  return [...addresses.values()];
}

/** Its first frame is the instruction itself, which the others, return addresses, have behind them. */
function placesOf({ frames }: CrashRecord, modules: LoadedModules): PlacedAddress[] {
  return frames
    .map((frame, index) => {
      const address = index === 0 ? frame + 1 : frame;
      return { address, ...optional('module', moduleAt(modules, address - 1)) };
    })
    .filter(({ module }, index) => index === 0 || !module || (module.flags & ModuleFlag.runtime) === 0);
}

async function finishCrash(
  crash: RawCrash,
  symbols: Symbols,
  names: WorldNames,
  functions: readonly RuntimeFunction[],
): Promise<Crash> {
  const faults = await Promise.all(
    crash.signals.map(async (signal): Promise<Fault> => {
      const stack = namedFrames(placesOf(signal, crash.modules), symbols);
      return { ...(await faultOfRecord(signal)), ...optional('frame', ownFrame(stack)), stack };
    }),
  );
  const [fault = {}, ...earlier] = faults;
  const sender = crash.signals[0]?.sender ?? 0;
  const pointers = pointersOf(crash);
  return {
    pid: crash.pid,
    thread: crash.thread,
    fault,
    ...(earlier.length > 0 && { earlier }),
    ...(sender > 0 && sender !== crash.pid && { sender }),
    blocks: crash.blocks.map((one) => finishBlock(one, pointers, symbols, names, functions)),
    complete: crash.complete,
  };
}

interface Pointer {
  name: string;
  value: bigint;
}

/** Everything that may point at a block, the most telling first. */
function pointersOf({ signals, memory }: RawCrash): Pointer[] {
  const faults = signals.flatMap(({ address }) =>
    address > 0n ? [{ name: 'the fault’s address', value: address }] : [],
  );
  const registers = signals.flatMap((signal) =>
    registersOf(signal)
      .filter(([name]) => name !== 'rsp' && name !== 'rip')
      .map(([name, value]) => ({ name, value })),
  );
  const [top] = signals;
  return [...faults, ...registers, ...(top ? stackWords(top.rsp, memory) : [])];
}

const STACK_WORDS = 512n;

function stackWords(top: bigint, memory: RawCrash['memory']): Pointer[] {
  const words: Pointer[] = [];
  for (const { address, bytes } of memory) {
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const offset = address + BigInt(at) - top;
      if (offset < 0n || offset >= 8n * STACK_WORDS) continue;
      words.push({ name: `the stack at +0x${offset.toString(16)}`, value: bytes.readBigUInt64LE(at) });
    }
  }
  return words;
}

/** How far past its end a block still is what a pointer was meant for, as the runtime has it. */
const PAST_END = 64n;
const MOST_POINTERS = 8;
const STATES = Object.entries(CrashBlockState) as [PointedBlock['state'], number][];

function finishBlock(
  { record, world, birth, released }: RawPointedBlock,
  pointers: readonly Pointer[],
  symbols: Symbols,
  names: WorldNames,
  functions: readonly RuntimeFunction[],
): PointedBlock {
  const { start, size, alignment } = record;
  const end = start + BigInt(size ?? 0) + PAST_END;
  const here = pointers.filter(({ value }) => value >= start && value < end);
  const worldName = names.name(world);
  const told = (event: RawEvent | undefined): Event | undefined =>
    event && {
      thread: event.thread,
      ...optional('via', functions[event.function]?.shown),
      stack: namedFrames(event.frames, symbols),
    };
  const born = told(birth);
  return {
    block: {
      address: `0x${start.toString(16)}`,
      ...optional('size', size),
      ...(alignment > 0 && { alignment }),
    },
    ...(worldName !== undefined && worldName !== ANY && worldName !== UNDETERMINED && { world: worldName }),
    state: STATES.find(([, number]) => number === record.state)?.[0] ?? 'live',
    ...(born && { birth: { ...born, ...(record.birth_exact === 0 && { probable: true }) } }),
    ...optional('released', told(released)),
    pointers: here.slice(0, MOST_POINTERS).map(({ name }) => name),
    offset: Number((here[0]?.value ?? record.pointer) - start),
  };
}
