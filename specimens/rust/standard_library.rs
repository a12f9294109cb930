//! Collections, text, threads, channels, shared ownership, panics and zero-sized types, used as meant,
//! beside C blocks that go back to C.
//! expect: none
use crate::ffi::{free, malloc, strdup};
use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::panic::{catch_unwind, panic_any};
use std::sync::{mpsc, Arc};
use std::thread;

fn work(seed: usize) -> HashMap<String, Vec<u8>> {
    let mut sorted = BTreeMap::new();
    for i in 0..200 {
        let block = black_box(unsafe { malloc(i) });
        sorted.insert(i ^ seed, (format!("{seed} {i:>20}"), vec![(); i], Box::new([seed; 4])));
        unsafe { free(black_box(block)) };
    }
    unsafe { free(black_box(strdup(c"text".as_ptr())).cast()) };
    sorted.retain(|key, _| key % 2 == 0);
    sorted.into_values().map(|(text, units, _)| (text, vec![0; units.len()])).collect()
}

#[inline(never)]
pub fn healthy() {
    let words = Arc::new(work(1));
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4)
        .map(|seed| {
            let (words, sender) = (words.clone(), sender.clone());
            thread::spawn(move || sender.send((words.len(), work(seed))).unwrap())
        })
        .collect();
    drop(sender);
    assert_eq!(receiver.iter().filter(|(count, words)| *count == words.len()).count(), 4);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    catch_unwind(|| panic_any(Box::new(work(7)))).unwrap_err();
}
