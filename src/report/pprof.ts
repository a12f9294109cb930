import { gzipSync } from 'node:zlib';
import {
  Label,
  Line,
  Location,
  Function as PprofFunction,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import type { Frame } from '../model/index.ts';
import type { Trace } from '../model/trace.ts';

/** As Go's heap profiles name them, so that viewers know what is meant; the last one is ours. */
const VALUES = [
  ['alloc_objects', 'count'],
  ['alloc_space', 'bytes'],
  ['inuse_objects', 'count'],
  ['inuse_space', 'bytes'],
  ['peak_space', 'bytes'],
] as const;

/** The trace as a gzipped pprof profile (profile.proto). Samples carry the labels `process`, `pid` and `world`. */
export function pprof(trace: Trace): Uint8Array {
  const strings = new StringTable();
  const text = (value: string) => strings.dedup(value);
  const locations = new Map<string, Location>();
  const functions = new Map<string, PprofFunction>();
  const functionOf = (name: string, file: string): PprofFunction => {
    const key = `${name}\0${file}`;
    let found = functions.get(key);
    if (!found) {
      const id = functions.size + 1;
      found = new PprofFunction({ id, name: text(name), systemName: text(name), filename: text(file) });
      functions.set(key, found);
    }
    return found;
  };
  const locationOf = (frame: Frame): number => {
    const name = frame.function ?? `${frame.module ?? '?'}+${frame.offset ?? '?'}`;
    const file = frame.file ?? frame.module ?? '';
    const key = `${name}\0${file}\0${frame.line ?? 0}`;
    let found = locations.get(key);
    if (!found) {
      const line = new Line({ functionId: functionOf(name, file).id, line: frame.line ?? 0 });
      found = new Location({ id: locations.size + 1, line: [line] });
      locations.set(key, found);
    }
    return Number(found.id);
  };
  const samples = trace.processes.flatMap(({ pid, command, sites }) =>
    sites.map(
      (site) =>
        new Sample({
          locationId: site.stack.map(locationOf),
          value: [site.allocations, site.bytes, site.live, site.liveBytes, site.peakBytes],
          label: [
            new Label({ key: text('process'), str: text(command[0] ?? '?') }),
            new Label({ key: text('pid'), num: pid }),
            new Label({ key: text('world'), str: text(site.world) }),
          ],
        }),
    ),
  );
  const profile = new Profile({
    sampleType: VALUES.map(([type, unit]) => new ValueType({ type: text(type), unit: text(unit) })),
    defaultSampleType: text('alloc_space'),
    sample: samples,
    location: [...locations.values()],
    function: [...functions.values()],
    stringTable: strings,
  });
  return gzipSync(profile.encode());
}
