/** How a field is stored and what it is read as. `size`, `maybeSize` and `address` are 64 bits wide. */
export type FieldKind = 'u16' | 'u32' | 'i32' | 'size' | 'maybeSize' | 'address';

type Value<K extends FieldKind> = K extends 'address'
  ? bigint
  : K extends 'maybeSize'
    ? number | undefined
    : number;

export type Fields = Record<string, FieldKind>;
export type Values<F extends Fields> = { -readonly [Name in keyof F]: Value<F[Name]> };

export interface Struct<F extends Fields> {
  /** Bytes, as `sizeof` counts. */
  size: number;
  fields: { [Name in keyof F]: { offset: number; size: number; kind: F[Name] } };
}

const BYTES: Record<FieldKind, number> = { u16: 2, u32: 4, i32: 4, size: 8, maybeSize: 8, address: 8 };

/** Lays fields out as the C compiler does: each at a multiple of its own size. */
export function struct<const F extends Fields>(fields: F): Struct<F> {
  const placed: Record<string, { offset: number; size: number; kind: FieldKind }> = {};
  let end = 0;
  let alignment = 1;
  for (const [name, kind] of Object.entries(fields)) {
    const size = BYTES[kind];
    end = Math.ceil(end / size) * size;
    placed[name] = { offset: end, size, kind };
    end += size;
    alignment = Math.max(alignment, size);
  }
  return { size: Math.ceil(end / alignment) * alignment, fields: placed as Struct<F>['fields'] };
}

/** Reads the struct that starts at `at`; the caller has checked that all of it is there. */
export function readStruct<F extends Fields>(view: DataView, at: number, layout: Struct<F>): Values<F> {
  const values: Record<string, number | bigint | undefined> = {};
  for (const name in layout.fields) {
    const field = layout.fields[name];
    values[name] = readField(view, at + field.offset, field.kind);
  }
  return values as Values<F>;
}

function readField(view: DataView, at: number, kind: FieldKind): number | bigint | undefined {
  if (kind === 'u32') return view.getUint32(at, true);
  if (kind === 'i32') return view.getInt32(at, true);
  if (kind === 'u16') return view.getUint16(at, true);
  if (kind === 'address') return view.getBigUint64(at, true);
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  if (kind === 'maybeSize' && low === 0xffff_ffff && high === 0xffff_ffff) return undefined;
  return high * 0x1_0000_0000 + low;
}
