/** One line of /proc/PID/maps. */
export interface Mapping {
  /** The first byte, and the one behind the last. */
  start: bigint;
  end: bigint;
  /** Such as `rw-p`. */
  permissions: string;
  /** Where in the file it begins. */
  offset: bigint;
  /** A file's path, a name of the kernel's such as `[heap]`, or empty for anonymous memory. */
  name: string;
}

const LINE = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) \S+ \d+ *(.*)$/;

/** Reads the text of /proc/PID/maps; what is no such line is left out. */
export function readMaps(text: string): Mapping[] {
  return text.split('\n').flatMap((line) => {
    const [, start, end, permissions, offset, name] = LINE.exec(line) ?? [];
    if (start === undefined || end === undefined || permissions === undefined) return [];
    return [
      {
        start: BigInt(`0x${start}`),
        end: BigInt(`0x${end}`),
        permissions,
        offset: BigInt(`0x${offset}`),
        name: name ?? '',
      },
    ];
  });
}

/** The mapping that an address lies in. */
export function mappingOf(maps: readonly Mapping[], address: bigint): Mapping | undefined {
  return maps.find(({ start, end }) => address >= start && address < end);
}
