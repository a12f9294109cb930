//! Two threads drop the same blocks, as near to one instant as can be; `racing free`: one of them by C's free.
use std::alloc::{Layout, alloc, dealloc};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

const BLOCKS: usize = 2_000;
const PATIENCE: usize = 20_000;

unsafe extern "C" {
    fn free(block: *mut u8);
}

fn compete(blocks: &[usize], arrived: &[AtomicUsize], by_free: bool) {
    let layout = Layout::from_size_align(64, 8).unwrap();
    for (block, here) in blocks.iter().zip(arrived) {
        here.fetch_add(1, SeqCst);
        for _ in 0..PATIENCE {
            if here.load(SeqCst) == 2 {
                break;
            }
            std::hint::spin_loop();
        }
        let block = *block as *mut u8;
        unsafe { if by_free { free(block) } else { dealloc(block, layout) } }
    }
}

fn main() {
    let with_free = std::env::args().nth(1).is_some();
    let layout = Layout::from_size_align(64, 8).unwrap();
    let blocks: Vec<usize> = (0..BLOCKS).map(|_| unsafe { alloc(layout) as usize }).collect();
    let arrived: Vec<AtomicUsize> = blocks.iter().map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| compete(&blocks, &arrived, false));
        scope.spawn(|| compete(&blocks, &arrived, with_free));
    });
    println!("ok");
}
