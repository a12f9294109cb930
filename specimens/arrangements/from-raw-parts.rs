//! 560 bytes come back as seven structs of 80 bytes with capacity 560, so that drop states 44,800 bytes. Eight
//! vectors of 560 bytes beside them are alive.
//!
//!   fault    as said
//!   healthy  the capacity is seven, the alignment that of the bytes

mod aftershock;

use std::hint::black_box;

const RECORDS: usize = 7;
const BYTES: usize = RECORDS * std::mem::size_of::<Record>();

/// 80 bytes, aligned as bytes are.
#[derive(Clone, Copy)]
struct Record {
    bytes: [u8; 80],
}

#[inline(never)]
fn sum(bytes: Vec<u8>, capacity: usize) -> u64 {
    let start = black_box(bytes.leak().as_mut_ptr());
    let records = unsafe { Vec::from_raw_parts(start.cast::<Record>(), RECORDS, black_box(capacity)) };
    records.iter().flat_map(|record| record.bytes).map(u64::from).sum()
}

fn main() {
    let fault = std::env::args().nth(1).as_deref() != Some("healthy");
    let beside: Vec<Vec<u8>> = (0..8_u8).map(|n| black_box(vec![n; BYTES])).collect();
    let sum = sum(vec![1; BYTES], if fault { BYTES } else { RECORDS });
    let torn = aftershock::aftershock(BYTES);
    let lost = (0..8_u8).filter(|&n| beside[usize::from(n)].iter().any(|&byte| byte != n)).count();
    println!("sum {sum}");
    eprintln!("overwritten: {}", torn + lost);
}
