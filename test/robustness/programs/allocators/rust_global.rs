//! A global allocator of the program's own: checks the stack's alignment, every Layout that it is given, and
//! that it gets back what it handed out.
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Checked;
static WRONG: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);
const SPACE: usize = 64;

/// A callee may use aligned SSE stores on its stack: whoever calls in must have kept it aligned.
#[inline(always)]
fn stack_is_aligned() -> bool {
    let here: usize;
    unsafe { std::arch::asm!("mov {}, rsp", out(reg) here) }
    here % 16 == 0
}

unsafe impl GlobalAlloc for Checked {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.fetch_add(1, Relaxed);
        if !stack_is_aligned() {
            WRONG.fetch_add(1, Relaxed);
        }
        let offset = SPACE.max(layout.align());
        let whole = Layout::from_size_align_unchecked(layout.size() + offset, layout.align().max(16));
        let block = System.alloc(whole).add(offset);
        *(block.sub(32) as *mut [usize; 3]) = [layout.size(), layout.align(), 0x1234567];
        block
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if *(block.sub(32) as *mut [usize; 3]) != [layout.size(), layout.align(), 0x1234567] {
            WRONG.fetch_add(1, Relaxed);
        }
        let offset = SPACE.max(layout.align());
        let whole = Layout::from_size_align_unchecked(layout.size() + offset, layout.align().max(16));
        System.dealloc(block.sub(offset), whole)
    }
}

#[global_allocator]
static GLOBAL: Checked = Checked;

#[repr(align(4096))]
struct Page(#[allow(dead_code)] [u8; 4096]);

fn main() {
    let work = |number: usize| {
        let mut map = BTreeMap::new();
        for i in 0..2000 {
            map.insert(format!("a key that is rather long {i}"), vec![i; i % 50]);
        }
        let pages: Vec<Box<Page>> = (0..5).map(|_| Box::new(Page([1; 4096]))).collect();
        let mut grown = Vec::new();
        (0..10000).for_each(|i| grown.push(i + number));
        grown.shrink_to_fit();
        map.len() + pages.len() + grown.len()
    };
    let threads: Vec<_> = (0..3).map(|number| std::thread::spawn(move || work(number))).collect();
    let sum: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    println!("sum {sum}, {} wrong, {}", WRONG.load(Relaxed), CALLS.load(Relaxed) > 10000);
}
