//! A block of C++ `new[]` becomes a `Vec`, whose drop gives it to Rust. Linked with `new-array.cpp`.
//!
//!   fault    as said
//!   healthy  it is looked at as a slice, and `delete[]` takes it

mod aftershock;

use std::hint::black_box;

extern "C" {
    fn make_samples(count: usize) -> *mut u8;
    fn drop_samples(samples: *mut u8);
}

const COUNT: usize = 96;

#[inline(never)]
fn taken(samples: *mut u8) -> u64 {
    let samples = unsafe { Vec::from_raw_parts(samples, COUNT, COUNT) };
    samples.iter().map(|&sample| u64::from(sample)).sum()
}

#[inline(never)]
fn borrowed(samples: *mut u8) -> u64 {
    let sum = unsafe { std::slice::from_raw_parts(samples, COUNT) }.iter().map(|&sample| u64::from(sample)).sum();
    unsafe { drop_samples(samples) };
    sum
}

fn main() {
    let fault = std::env::args().nth(1).as_deref() != Some("healthy");
    let samples = black_box(unsafe { make_samples(COUNT) });
    println!("sum {}", if fault { taken(samples) } else { borrowed(samples) });
    eprintln!("overwritten: {}", aftershock::aftershock(COUNT));
}
