import type { Frame } from '../../model/index.ts';

const START = /^\s+#(\d{1,4}) (?:0x[0-9a-f]{1,16} )? ?(?:in )?(.*)$/;
const MODULE = /^(.*?) ?\((\S{1,4096})\+(0x[0-9a-f]{1,16})\)$/;
const PLACE = /:(\d{1,9})(?::(\d{1,9}))?$/;

/** A line of a sanitizer's stack, `    #0 0x55… in main /src/a.c:4:7`; undefined for any other line. */
export function sanitizerFrame(line: string): Frame | undefined {
  const start = START.exec(line);
  if (!start) return undefined;
  let rest = (start[2] ?? '').replace(/ ?\(BuildId: [0-9a-f]+\)$/, '').trim();
  const frame: Frame = {};
  const module = MODULE.exec(rest);
  if (module) {
    frame.module = module[2] ?? '';
    frame.offset = module[3] ?? '';
    rest = (module[1] ?? '').trim();
  }
  rest = rest.replace(/ <null>$/, '');
  const place = PLACE.exec(rest);
  if (place) {
    const before = rest.slice(0, place.index);
    const slash = Math.max(before.indexOf(' /'), before.indexOf(' ../'));
    const at = slash >= 0 ? slash : before.lastIndexOf(' ');
    frame.file = before.slice(at + 1);
    frame.line = Number(place[1]);
    if (place[2] !== undefined) frame.column = Number(place[2]);
    rest = at < 0 ? '' : before.slice(0, at);
  }
  if (rest !== '' && rest !== '(<unknown module>)') frame.function = rest;
  return frame;
}
