// Moves boxes through threads; with `fault` as argument the last one is given to C's free.
use std::thread;

extern "C" {
    fn free(block: *mut u64);
}

fn main() {
    let boxes: Vec<Box<u64>> = (0..100).map(Box::new).collect();
    let sum: u64 = thread::spawn(move || boxes.iter().map(|one| **one).sum())
        .join()
        .unwrap();
    let last = Box::new(sum);
    if std::env::args().any(|word| word == "fault") {
        unsafe { free(Box::into_raw(last)) };
    }
    println!("sum {sum}");
}
