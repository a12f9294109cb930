/** What is asked of values that came out of a file before their parts are used. */

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isListOf(value: unknown, isMember: (member: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isMember);
}

/** One frame of a stack. */
export function isFrame(value: unknown): boolean {
  if (!isObject(value)) return false;
  const texts = [value.function, value.file, value.module, value.offset];
  return texts.every((text) => text === undefined || isText(text));
}
