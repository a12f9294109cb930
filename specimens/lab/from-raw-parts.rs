//! `Vec::from_raw_parts` counts capacity in elements. The argument says what comes back and how:
//!   records fault     560 bytes as seven structs of 80 bytes with capacity 560, dropped
//!   twice fault       the same, and the vector that the bytes came from drops them first
//!   records healthy   the same bytes looked at as a slice; they stay their vector's
//!   boxes fault       of 64 live 16-byte boxes, one given back as a vector of 64 bytes
//!   boxes healthy     that box given back as a box
//! Then 64 vectors of 64 bytes are filled, and the boxes are asked for what was in them.

use std::hint::black_box;
use std::mem::ManuallyDrop;
use std::process::exit;

#[cfg(feature = "jemalloc")]
#[global_allocator]
static JEMALLOC: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// 80 bytes, with something in it that drop must look at.
#[repr(C)]
struct Record {
    name: Option<Box<u64>>,
    words: [u64; 9],
}

/// `twice`: the vector that the bytes came from drops them too.
fn records(healthy: bool, twice: bool) {
    const COUNT: usize = 7;
    const BYTES: usize = COUNT * std::mem::size_of::<Record>();
    if healthy {
        let words = black_box(vec![0_u64; BYTES / 8]);
        let view = unsafe { std::slice::from_raw_parts(words.as_ptr().cast::<Record>(), COUNT) };
        println!("words {}", view.iter().flat_map(|record| record.words).sum::<u64>());
        return;
    }
    let mut bytes = ManuallyDrop::new(black_box(vec![0_u8; BYTES]));
    let records = unsafe { Vec::from_raw_parts(bytes.as_mut_ptr().cast::<Record>(), COUNT, BYTES) };
    println!("words {}", records.iter().flat_map(|record| record.words).sum::<u64>());
    if twice {
        unsafe { ManuallyDrop::drop(&mut bytes) };
    }
    drop(black_box(records));
}

fn boxes(healthy: bool) {
    let mut boxes: Vec<Option<Box<[u64; 2]>>> = (0..64).map(|n| Some(Box::new([n; 2]))).collect();
    let given = boxes[20].take().unwrap();
    if healthy {
        drop(given);
    } else {
        let start = Box::into_raw(given).cast::<u8>();
        drop(unsafe { Vec::from_raw_parts(black_box(start), 16, 64) });
    }
    let vectors: Vec<Vec<u8>> = (0..64).map(|_| black_box(vec![0xee_u8; 64])).collect();
    let torn = boxes
        .iter()
        .enumerate()
        .filter(|(n, each)| each.as_ref().is_some_and(|words| **words != [*n as u64; 2]))
        .count();
    println!("overwritten {torn}");
    black_box(&vectors);
    // what is torn must not be dropped: the count is the result
    exit(0);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let healthy = arguments.get(1).is_some_and(|word| word == "healthy");
    match arguments.first().map(String::as_str) {
        Some("records") => records(healthy, false),
        Some("twice") => records(healthy, true),
        Some("boxes") => boxes(healthy),
        other => panic!("expected `records`, `twice` or `boxes`, got {other:?}"),
    }
    println!("still here");
}
