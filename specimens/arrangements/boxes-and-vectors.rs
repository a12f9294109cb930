//! 64 boxes of 16 bytes are alive; one of them is given back as a `Vec` of capacity 64; then 64 vectors of
//! 64 bytes are made. Where the allocator asks for no size that is harmless. Where it trusts the one that it is
//! told, a vector lies over three boxes that are still alive, and the program exits 0.
//!
//!   fault    as said
//!   healthy  the box is given back as a box
//!
//! Around that, 48 places do honest work: whoever looks for the guilty release has something to choose from.

use std::hint::black_box;

const ALIVE: usize = 64;
const GIVEN: usize = 20;

/// The guilty release. `capacity` is 64 where it should be 16.
#[inline(never)]
fn give_back(number: Box<[u64; 2]>, capacity: usize) {
    let start = Box::into_raw(number).cast::<u8>();
    drop(unsafe { Vec::from_raw_parts(black_box(start), 0, black_box(capacity)) });
}

/// Allocates and releases, each in a place of its own.
#[inline(never)]
fn honest<const SIZE: usize>() -> usize {
    let text = black_box(vec![1_u8; SIZE]);
    let sum = text.iter().map(|&byte| byte as usize).sum();
    drop(text);
    sum
}

macro_rules! honest_places {
    ($($tens:literal)*) => { 0 $(+ honest::<{ 400 + $tens }>() + honest::<{ 401 + $tens }>()
        + honest::<{ 402 + $tens }>() + honest::<{ 403 + $tens }>() + honest::<{ 404 + $tens }>()
        + honest::<{ 405 + $tens }>() + honest::<{ 406 + $tens }>() + honest::<{ 407 + $tens }>())* };
}

fn main() {
    let fault = std::env::args().nth(1).as_deref() != Some("healthy");
    let before: usize = honest_places!(0 10 20);
    let mut boxes: Vec<Option<Box<[u64; 2]>>> = (0..ALIVE as u64).map(|n| Some(Box::new([n; 2]))).collect();
    if let Some(number) = boxes[GIVEN].take() {
        if fault {
            give_back(number, 64);
        } else {
            drop(number);
        }
    }
    let vectors: Vec<Vec<u8>> = (0..ALIVE).map(|_| black_box(vec![0xee_u8; 64])).collect();
    let torn = boxes
        .iter()
        .enumerate()
        .filter(|(n, each)| each.as_ref().is_some_and(|words| **words != [*n as u64; 2]))
        .count();
    let after: usize = honest_places!(30 40 50);
    println!("worked {} on {} vectors", before + after, vectors.len());
    eprintln!("boxes overwritten: {torn}");
}
