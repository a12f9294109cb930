import type { TraceEvent } from './decode.ts';

/** What one call site did. Bytes are as requested. */
export interface SiteTally {
  site: number;
  world: number;
  allocations: number;
  bytes: number;
  /** Released with nothing else allocated or released by that thread in between. */
  temporary: number;
  live: number;
  liveBytes: number;
  atPeak: number;
  stamp: number;
}

export interface Tally {
  sites: SiteTally[];
  allocations: number;
  bytes: number;
  releases: number;
  /** Of the allocations, those by realloc that ended an older block. */
  reallocations: number;
  temporary: number;
  /** Releases of what no birth is known of. */
  unmatched: number;
  liveBytes: number;
  live: number;
  peakBytes: number;
  /** Ticks. */
  peakAt: number;
  /** How many blocks lived for less than 2^n ticks, by n. */
  lifetimes: number[];
  /** The most live bytes within each step of time; the steps are `stepTicks` long. */
  timeline: number[];
  stepTicks: number;
}

/** A timeline with more steps than this is thinned to half of them. */
const MOST_STEPS = 512;

interface Live {
  site: SiteTally;
  size: number;
  born: number;
  serial: number;
}

/** Replays the events; memory grows with the live blocks and the sites, not with the events. */
export function tally(events: Iterable<TraceEvent>): Tally {
  const live = new Map<number, Live>();
  const sites = new Map<number, SiteTally>();
  const serials = new Map<number, number>();
  const all: Tally = {
    sites: [],
    allocations: 0,
    bytes: 0,
    releases: 0,
    reallocations: 0,
    temporary: 0,
    unmatched: 0,
    liveBytes: 0,
    live: 0,
    peakBytes: 0,
    peakAt: 0,
    lifetimes: [],
    timeline: [],
    stepTicks: 1024,
  };
  let epoch = 0;
  const siteOf = ({ site, world }: TraceEvent): SiteTally => {
    const key = site * 64 + world;
    let found = sites.get(key);
    if (!found) {
      found = {
        site,
        world,
        allocations: 0,
        bytes: 0,
        temporary: 0,
        live: 0,
        liveBytes: 0,
        atPeak: 0,
        stamp: epoch,
      };
      sites.set(key, found);
    }
    return found;
  };
  /** What the site had when the peak was reached is what it has until it changes after it. */
  const change = (site: SiteTally, blocks: number, bytes: number) => {
    if (site.stamp !== epoch) {
      site.atPeak = site.liveBytes;
      site.stamp = epoch;
    }
    site.live += blocks;
    site.liveBytes += bytes;
    all.live += blocks;
    all.liveBytes += bytes;
  };
  const end = (event: TraceEvent, serial: number) => {
    const block = live.get(event.address);
    if (!block) {
      all.unmatched++;
      return;
    }
    live.delete(event.address);
    change(block.site, -1, -block.size);
    const bin = Math.ceil(Math.log2(Math.max(0, event.time - block.born) + 1));
    all.lifetimes[bin] = (all.lifetimes[bin] ?? 0) + 1;
    if (block.serial === serial - 1) {
      block.site.temporary++;
      all.temporary++;
    }
  };
  let first: number | undefined;
  const draw = (time: number) => {
    first ??= time;
    let step = Math.max(0, Math.floor((time - first) / all.stepTicks));
    while (step >= MOST_STEPS) {
      all.timeline = all.timeline.flatMap((value, index, line) =>
        index % 2 === 0 ? [Math.max(value, line[index + 1] ?? 0)] : [],
      );
      all.stepTicks *= 2;
      step = Math.floor((time - first) / all.stepTicks);
    }
    // what was live before stays so until something happens
    while (all.timeline.length < step) all.timeline.push(before);
    all.timeline[step] = Math.max(all.timeline[step] ?? before, all.liveBytes);
    before = all.liveBytes;
  };
  let before = 0;
  for (const event of events) {
    if (event.kind === 'retag') {
      const block = live.get(event.address);
      if (!block) continue;
      const site = siteOf(event);
      change(block.site, -1, -block.size);
      block.site.allocations--;
      block.site.bytes -= block.size;
      all.bytes += event.size - block.size;
      block.size = event.size;
      change(site, 1, block.size);
      site.allocations++;
      site.bytes += block.size;
      block.site = site;
      continue;
    }
    const serial = (serials.get(event.thread) ?? 0) + 1;
    serials.set(event.thread, serial);
    if (event.kind === 'birth') {
      const gone = live.get(event.address);
      if (gone) change(gone.site, -1, -gone.size); // its release was not seen
      const site = siteOf(event);
      all.allocations++;
      all.bytes += event.size;
      site.allocations++;
      site.bytes += event.size;
      change(site, 1, event.size);
      live.set(event.address, { site, size: event.size, born: event.time, serial });
      if (all.liveBytes > all.peakBytes) {
        all.peakBytes = all.liveBytes;
        all.peakAt = event.time;
        epoch++;
      }
    } else {
      all.releases++;
      if (event.kind === 'move') all.reallocations++;
      end(event, serial);
    }
    draw(event.time);
  }
  for (const site of sites.values()) if (site.stamp !== epoch) site.atPeak = site.liveBytes;
  all.sites = [...sites.values()].filter(({ allocations }) => allocations > 0);
  for (let bin = 0; bin < all.lifetimes.length; bin++) all.lifetimes[bin] ??= 0;
  return all;
}
