//! Drops in a deep structure: a linked list of 50,000 boxes taken apart by recursion in a large stack.
use std::hint::black_box;
struct Node(Option<Box<Node>>, [u8; 20]);

fn main() {
    let work = || {
        let mut list = Node(None, [0; 20]);
        for number in 0..50_000u32 {
            list = black_box(Node(Some(Box::new(list)), [number as u8; 20]));
        }
        list.1[3]
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap();
    println!("last {}", thread.join().unwrap());
}
