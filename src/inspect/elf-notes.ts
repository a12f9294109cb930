const BUILD_ID = 3;

/** The build id among ELF notes, in hexadecimal digits; undefined where there is none. */
export function buildIdIn(notes: DataView, little: boolean): string | undefined {
  const bytes = Buffer.from(notes.buffer, notes.byteOffset, notes.byteLength);
  for (let at = 0; at + 12 <= bytes.length; ) {
    const contentAt = at + 12 + align4(notes.getUint32(at, little));
    const size = notes.getUint32(at + 4, little);
    if (contentAt + size > bytes.length) return undefined;
    const isOurs = notes.getUint32(at + 8, little) === BUILD_ID;
    if (isOurs && bytes.toString('latin1', at + 12, at + 16) === 'GNU\0')
      return bytes.toString('hex', contentAt, contentAt + size);
    at = contentAt + align4(size);
  }
  return undefined;
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4;
}
