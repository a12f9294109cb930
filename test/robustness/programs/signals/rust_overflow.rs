//! Overflows its stack: std says so on standard error and aborts.
use std::hint::black_box;

#[inline(never)]
fn overflow(depth: u64) -> u64 {
    let here = black_box([depth; 100]);
    let block = black_box(Box::new(depth));
    overflow(depth + 1) + here[(depth % 100) as usize] + *block
}

fn main() {
    println!("about to overflow");
    if std::env::args().any(|word| word == "thread") {
        std::thread::Builder::new().name("deep".into()).spawn(|| overflow(0)).unwrap().join().unwrap();
    }
    overflow(0);
}
