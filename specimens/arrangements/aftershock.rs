//! What a program does next: it allocates, fills, checks and releases, through Rust and through C, so that a
//! heap that is no longer sound gets the chance to show it.

use std::ffi::c_void;
use std::hint::black_box;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(pointer: *mut c_void);
}

const BLOCKS: usize = 256;
const ROUNDS: u8 = 4;

/// How many of its blocks held something else when they were looked at again.
pub fn aftershock(size: usize) -> usize {
    (1..=ROUNDS).map(|round| one_round(size, round)).sum()
}

fn one_round(size: usize, round: u8) -> usize {
    let pattern = |n: usize| (n as u8).wrapping_mul(5) ^ round;
    let vectors: Vec<Vec<u8>> = (0..BLOCKS).map(|n| black_box(vec![pattern(n); size])).collect();
    let blocks: Vec<*mut u8> = (0..BLOCKS)
        .map(|n| unsafe {
            let block = malloc(size).cast::<u8>();
            block.write_bytes(pattern(n), size);
            black_box(block)
        })
        .collect();
    let torn = (0..BLOCKS)
        .filter(|&n| vectors[n].iter().any(|&byte| byte != pattern(n)))
        .count()
        + (0..BLOCKS)
            .filter(|&n| unsafe { std::slice::from_raw_parts(blocks[n], size) }.iter().any(|&byte| byte != pattern(n)))
            .count();
    for block in blocks {
        unsafe { free(block.cast()) };
    }
    torn
}
